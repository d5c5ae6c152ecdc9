<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>errors</name>
    <message>
        <source>Something went wrong: {reason}.</source>
        <translation>Etwas ist schiefgegangen: {reason}.</translation>
    </message>
    <message>
        <source>The settings could not be read ({reason}). They were set aside as {path}; the defaults are in use.</source>
        <translation>Die Einstellungen konnten nicht gelesen werden ({reason}). Sie liegen jetzt in {path}; es gelten die Standardwerte.</translation>
    </message>
    <message>
        <source>The settings in {path} could not be read ({reason}). The defaults are in use until they can.</source>
        <translation>Die Einstellungen in {path} konnten nicht gelesen werden ({reason}). Bis das gelingt, gelten die Vorgaben.</translation>
    </message>
    <message>
        <source>The settings could not be saved to {path} ({reason}). They count until VoiceDesk ends.</source>
        <translation>Die Einstellungen konnten nicht in {path} gespeichert werden ({reason}). Sie gelten, bis VoiceDesk endet.</translation>
    </message>
    <message>
        <source>There is a problem with the sound: {reason}.</source>
        <translation>Mit dem Ton stimmt etwas nicht: {reason}.</translation>
    </message>
    <message>
        <source>Sound is off because the PortAudio library is missing. Install it ({remedy}) and start VoiceDesk again. Typing works meanwhile.</source>
        <translation>Der Ton ist aus, weil die Bibliothek PortAudio fehlt. Installieren Sie sie ({remedy}) und starten Sie VoiceDesk neu. Tippen geht inzwischen.</translation>
    </message>
    <message>
        <source>No microphone was found. Plug one in or choose one in Settings, Sound. Typing works meanwhile.</source>
        <translation>Es wurde kein Mikrofon gefunden. Schließen Sie eines an oder wählen Sie eines in Einstellungen, Ton. Tippen geht inzwischen.</translation>
    </message>
    <message>
        <source>No speaker was found. Plug one in or choose one in Settings, Sound. Answers are shown as text meanwhile.</source>
        <translation>Es wurde kein Lautsprecher gefunden. Schließen Sie einen an oder wählen Sie einen in Einstellungen, Ton. Antworten erscheinen inzwischen als Text.</translation>
    </message>
    <message>
        <source>The sound device {device} cannot be used: {reason}. Choose another in Settings, Sound, or close the program that holds it.</source>
        <translation>Das Tongerät {device} kann nicht benutzt werden: {reason}. Wählen Sie ein anderes in Einstellungen, Ton, oder schließen Sie das Programm, das es belegt.</translation>
    </message>
    <message>
        <source>The sound device that you chose is not connected; {device} is used meanwhile.</source>
        <translation>Das gewählte Tongerät ist nicht angeschlossen; inzwischen wird {device} benutzt.</translation>
    </message>
    <message>
        <source>The sound device {device} cannot be used: {reason}. Close that program, or choose another device in Settings, Sound.</source>
        <translation>Das Tongerät {device} kann nicht benutzt werden: {reason}. Schließen Sie dieses Programm, oder wählen Sie ein anderes Gerät in Einstellungen, Ton.</translation>
    </message>
    <message>
        <source>The sound device {device} cannot be used: {reason}. Set it to 48 kHz in the system&apos;s sound settings, or choose another in Settings, Sound.</source>
        <translation>Das Tongerät {device} kann nicht benutzt werden: {reason}. Stellen Sie es in den Toneinstellungen des Systems auf 48 kHz, oder wählen Sie ein anderes in Einstellungen, Ton.</translation>
    </message>
    <message>
        <source>The sound device {device} cannot be used: {reason}. Plug it in again, or choose another in Settings, Sound.</source>
        <translation>Das Tongerät {device} kann nicht benutzt werden: {reason}. Schließen Sie es wieder an, oder wählen Sie ein anderes in Einstellungen, Ton.</translation>
    </message>
    <message>
        <source>The microphone {device} stopped working while you talked. What you said until then is kept: press Try Again to send it.</source>
        <translation>Das Mikrofon {device} ist ausgefallen, während Sie sprachen. Was Sie bis dahin gesagt haben, ist aufgehoben: Senden Sie es mit „Noch einmal“.</translation>
    </message>
    <message>
        <source>The microphone {device} delivers only silence, as if it were muted. Look for a mute switch on it, and in the system&apos;s sound settings.</source>
        <translation>Das Mikrofon {device} liefert nur Stille, als wäre es stumm geschaltet. Sehen Sie nach einem Stummschalter am Gerät und in den Toneinstellungen des Systems.</translation>
    </message>
    <message>
        <source>The sound device {device} is there again and in use.</source>
        <translation>Das Tongerät {device} ist wieder da und in Gebrauch.</translation>
    </message>
    <message>
        <source>Your system uses another sound device now: {device}. VoiceDesk uses it too.</source>
        <translation>Ihr System benutzt jetzt ein anderes Tongerät: {device}. VoiceDesk benutzt es auch.</translation>
    </message>
    <message>
        <source>{path} cannot be used as sound: {reason}. Give a WAV file with PCM samples.</source>
        <translation>{path} kann nicht als Ton benutzt werden: {reason}. Geben Sie eine WAV-Datei mit PCM-Werten an.</translation>
    </message>
    <message>
        <source>{server} reported a problem: {reason}.</source>
        <translation>{server} meldet ein Problem: {reason}.</translation>
    </message>
    <message>
        <source>The built-in server did not start: {reason}. Run scripts/run doctor for more, or choose another server in Settings.</source>
        <translation>Der eingebaute Server ist nicht gestartet: {reason}. Mehr sagt scripts/run doctor; oder wählen Sie in den Einstellungen einen anderen Server.</translation>
    </message>
    <message>
        <source>{server} cannot be reached: {reason}. Check the network and the address in Settings, Servers.</source>
        <translation>{server} ist nicht zu erreichen: {reason}. Prüfen Sie das Netz und die Adresse in Einstellungen, Server.</translation>
    </message>
    <message>
        <source>{server} would be spoken to without encryption. Use an https address, or allow this server in Settings, Servers.</source>
        <translation>Mit {server} würde ohne Verschlüsselung gesprochen. Nehmen Sie eine https-Adresse, oder lassen Sie diesen Server in Einstellungen, Server zu.</translation>
    </message>
    <message>
        <source>{server} refused the key. Enter a valid one in Settings, Servers.</source>
        <translation>{server} hat den Schlüssel abgelehnt. Geben Sie in Einstellungen, Server einen gültigen ein.</translation>
    </message>
    <message>
        <source>{server} needs a key. Enter yours in Settings, Servers.</source>
        <translation>{server} braucht einen Schlüssel. Geben Sie Ihren in Einstellungen, Server ein.</translation>
    </message>
    <message>
        <source>{server} does not have the model {model}. Choose another in Settings.</source>
        <translation>{server} hat das Modell {model} nicht. Wählen Sie ein anderes in den Einstellungen.</translation>
    </message>
    <message>
        <source>That was too long for {server}. Say it in shorter parts, or start a new conversation.</source>
        <translation>Das war zu lang für {server}. Sagen Sie es in kürzeren Teilen, oder beginnen Sie ein neues Gespräch.</translation>
    </message>
    <message>
        <source>{server} says that its limit is reached: {reason} Wait a little and try again, or check your plan.</source>
        <translation>{server} meldet, dass die Grenze erreicht ist: {reason} Warten Sie etwas und versuchen Sie es noch einmal, oder prüfen Sie Ihren Tarif.</translation>
    </message>
    <message>
        <source>{server} says that this account has used up its quota: {reason} Add credit to the account, or choose another server in Settings, Servers.</source>
        <translation>{server} meldet, dass das Guthaben dieses Kontos aufgebraucht ist: {reason} Laden Sie das Konto auf, oder wählen Sie in Einstellungen, Server einen anderen Server.</translation>
    </message>
    <message>
        <source>No words were found in what you said. Try again, or have another server listen.</source>
        <translation>In dem, was Sie gesagt haben, wurden keine Wörter gefunden. Versuchen Sie es noch einmal, oder lassen Sie einen anderen Server zuhören.</translation>
    </message>
    <message>
        <source>The connection to {server} was lost: {reason}. It is opened again by itself.</source>
        <translation>Die Verbindung zu {server} ging verloren: {reason}. Sie wird von selbst wieder aufgebaut.</translation>
    </message>
    <message>
        <source>{server} did not answer within {seconds:.0f} seconds. Try again.</source>
        <translation>{server} hat binnen {seconds:.0f} Sekunden nicht geantwortet. Versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>{server} could not finish the answer: {reason} Try again.</source>
        <translation>{server} konnte die Antwort nicht beenden: {reason} Versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>{server} does not speak the expected protocol: {reason}. Check the address and the kind of server in Settings, Servers.</source>
        <translation>{server} spricht nicht das erwartete Protokoll: {reason}. Prüfen Sie die Adresse und die Art des Servers in Einstellungen, Server.</translation>
    </message>
    <message>
        <source>The offline voice cannot speak: {reason}.</source>
        <translation>Die eigene Stimme dieses Computers kann nicht sprechen: {reason}.</translation>
    </message>
    <message>
        <source>The key could not be kept in the keychain ({reason}). It is used until VoiceDesk ends.</source>
        <translation>Der Schlüssel konnte nicht im Schlüsselbund aufbewahrt werden ({reason}). Er gilt, bis VoiceDesk endet.</translation>
    </message>
    <message>
        <source>The keychain does not answer, so the key is still in it. Unlock the keychain, then remove the key again.</source>
        <translation>Der Schlüsselbund antwortet nicht, der Schlüssel liegt also noch darin. Entsperren Sie den Schlüsselbund und entfernen Sie den Schlüssel dann noch einmal.</translation>
    </message>
    <message>
        <source>The keychain does not answer, so the key of {server} is not known. Unlock the keychain and try again, or enter the key in Settings, Servers.</source>
        <translation>Der Schlüsselbund antwortet nicht, der Schlüssel von {server} ist also nicht bekannt. Entsperren Sie den Schlüsselbund und versuchen Sie es noch einmal, oder geben Sie den Schlüssel in Einstellungen, Server ein.</translation>
    </message>
    <message>
        <source>The file of keys, {path}, could not be changed: {reason}. Keys that are new are used until VoiceDesk ends.</source>
        <translation>Die Datei mit den Schlüsseln, {path}, ließ sich nicht ändern: {reason}. Neue Schlüssel gelten, bis VoiceDesk endet.</translation>
    </message>
    <message>
        <source>{path} cannot be written: {reason}. Choose another place.</source>
        <translation>{path} kann nicht geschrieben werden: {reason}. Wählen Sie einen anderen Ort.</translation>
    </message>
    <message>
        <source>The environment variable {name} is not set. Put the server&apos;s key there.</source>
        <translation>Die Umgebungsvariable {name} ist nicht gesetzt. Legen Sie den Schlüssel des Servers dort ab.</translation>
    </message>
    <message>
        <source>What is said cannot be kept on this computer at the moment: {reason}. Talking works all the same.</source>
        <translation>Was gesagt wird, kann gerade nicht auf diesem Computer aufbewahrt werden: {reason}. Sprechen geht trotzdem.</translation>
    </message>
    <message>
        <source>The history could not be read: {reason}. It was set aside as {path}, and a new one was begun.</source>
        <translation>Der Verlauf konnte nicht gelesen werden: {reason}. Er liegt jetzt in {path}, und ein neuer wurde begonnen.</translation>
    </message>
    <message>
        <source>The conversation could not be written to {path}: {reason}. Choose another place.</source>
        <translation>Das Gespräch konnte nicht nach {path} geschrieben werden: {reason}. Wählen Sie einen anderen Ort.</translation>
    </message>
    <message>
        <source>There is no recording of this any more. Settings, Privacy says how long they are kept.</source>
        <translation>Davon gibt es keine Aufnahme mehr. Wie lange sie aufbewahrt werden, steht in Einstellungen, Datenschutz.</translation>
    </message>
    <message>
        <source>Somebody is talking just now. Try again when that is over.</source>
        <translation>Es wird gerade gesprochen. Versuchen Sie es noch einmal, wenn das vorbei ist.</translation>
    </message>
    <message>
        <source>These settings could not be imported: {reason}. Nothing was changed.</source>
        <translation>Diese Einstellungen konnten nicht importiert werden: {reason}. Es wurde nichts geändert.</translation>
    </message>
    <message>
        <source>The settings could not be written to {path}: {reason}. Choose another place.</source>
        <translation>Die Einstellungen konnten nicht nach {path} geschrieben werden: {reason}. Wählen Sie einen anderen Ort.</translation>
    </message>
    <message>
        <source>The figures could not be saved to {path} ({reason}).</source>
        <translation>Die Zahlen konnten nicht nach {path} gespeichert werden ({reason}).</translation>
    </message>
    <message>
        <source>The talk key does not work in other windows: another program has {key} for itself. Choose another key in Settings, Talk.</source>
        <translation>Die Sprechtaste wirkt nicht in anderen Fenstern: Ein anderes Programm hat {key} für sich. Wählen Sie eine andere Taste in Einstellungen, Sprechtaste.</translation>
    </message>
    <message>
        <source>The talk key does not work in other windows: {reason}.</source>
        <translation>Die Sprechtaste wirkt nicht in anderen Fenstern: {reason}.</translation>
    </message>
</context>
<context>
    <name>questions</name>
    <message>
        <source>May the text on the clipboard be read and sent to the server that answers?</source>
        <translation>Darf der Text der Zwischenablage gelesen und an den Server gesendet werden, der antwortet?</translation>
    </message>
    <message>
        <source>Open this page in the web browser?</source>
        <translation>Diese Seite im Browser öffnen?</translation>
    </message>
</context>
<context>
    <name>reasons</name>
    <message>
        <source>VoiceDesk is being closed</source>
        <translation>VoiceDesk wird gerade beendet</translation>
    </message>
    <message>
        <source>a web page</source>
        <translation>eine Webseite</translation>
    </message>
    <message>
        <source>allow VoiceDesk in the system&apos;s settings, Privacy and Security, Input Monitoring, and start it again</source>
        <translation>erlauben Sie VoiceDesk in den Systemeinstellungen unter „Datenschutz &amp; Sicherheit“, „Eingabeüberwachung“, und starten Sie es neu</translation>
    </message>
    <message>
        <source>an answer</source>
        <translation>einer Antwort</translation>
    </message>
    <message>
        <source>another program is using it</source>
        <translation>ein anderes Programm benutzt es gerade</translation>
    </message>
    <message>
        <source>another program is using the history</source>
        <translation>ein anderes Programm benutzt den Verlauf</translation>
    </message>
    <message>
        <source>espeak-ng is not installed. Install it with &quot;brew install espeak-ng&quot; and try again</source>
        <translation>espeak-ng ist nicht installiert. Installieren Sie es mit „brew install espeak-ng“ und versuchen Sie es noch einmal</translation>
    </message>
    <message>
        <source>espeak-ng is not installed. Install it with &quot;sudo apt install espeak-ng&quot; and try again</source>
        <translation>espeak-ng ist nicht installiert. Installieren Sie es mit „sudo apt install espeak-ng“ und versuchen Sie es noch einmal</translation>
    </message>
    <message>
        <source>espeak-ng is not installed. Install it with &quot;sudo dnf install espeak-ng&quot; and try again</source>
        <translation>espeak-ng ist nicht installiert. Installieren Sie es mit „sudo dnf install espeak-ng“ und versuchen Sie es noch einmal</translation>
    </message>
    <message>
        <source>espeak-ng is not installed. Install it with &quot;sudo pacman -S espeak-ng&quot; and try again</source>
        <translation>espeak-ng ist nicht installiert. Installieren Sie es mit „sudo pacman -S espeak-ng“ und versuchen Sie es noch einmal</translation>
    </message>
    <message>
        <source>espeak-ng is not installed. Install it with &quot;sudo zypper install espeak-ng&quot; and try again</source>
        <translation>espeak-ng ist nicht installiert. Installieren Sie es mit „sudo zypper install espeak-ng“ und versuchen Sie es noch einmal</translation>
    </message>
    <message>
        <source>espeak-ng is not installed. Install the package espeak-ng and try again</source>
        <translation>espeak-ng ist nicht installiert. Installieren Sie das Paket espeak-ng und versuchen Sie es noch einmal</translation>
    </message>
    <message>
        <source>it answers with a web page (status {status})</source>
        <translation>er antwortet mit einer Webseite (Status {status})</translation>
    </message>
    <message>
        <source>it asks to wait {seconds} seconds.</source>
        <translation>er bittet, {seconds} Sekunden zu warten.</translation>
    </message>
    <message>
        <source>it became longer than the limit.</source>
        <translation>sie wurde länger als erlaubt.</translation>
    </message>
    <message>
        <source>it comes from a newer VoiceDesk</source>
        <translation>er stammt von einem neueren VoiceDesk</translation>
    </message>
    <message>
        <source>it did not answer in time</source>
        <translation>es kam rechtzeitig keine Antwort</translation>
    </message>
    <message>
        <source>it does not answer as a realtime server</source>
        <translation>er antwortet nicht wie ein Echtzeitserver</translation>
    </message>
    <message>
        <source>it does not start</source>
        <translation>es startet nicht</translation>
    </message>
    <message>
        <source>it does not use encryption (https)</source>
        <translation>er benutzt keine Verschlüsselung (https)</translation>
    </message>
    <message>
        <source>it does not work at any usual sample rate</source>
        <translation>es arbeitet mit keiner üblichen Abtastrate</translation>
    </message>
    <message>
        <source>it does not work with one or two channels</source>
        <translation>es arbeitet weder mit einem noch mit zwei Kanälen</translation>
    </message>
    <message>
        <source>it ended before it was ready</source>
        <translation>er endete, bevor er bereit war</translation>
    </message>
    <message>
        <source>it ends before its sound begins</source>
        <translation>der Ton fängt nicht an</translation>
    </message>
    <message>
        <source>it gave no reason.</source>
        <translation>es wurde kein Grund genannt.</translation>
    </message>
    <message>
        <source>it has a problem of its own (status {status})</source>
        <translation>er hat selbst ein Problem (Status {status})</translation>
    </message>
    <message>
        <source>it has an unusual format ({bits} bits, {channels} channels, {rate} Hz)</source>
        <translation>das Format ist ungewöhnlich ({bits} Bit, {channels} Kanäle, {rate} Hz)</translation>
    </message>
    <message>
        <source>it has ended</source>
        <translation>sie ist beendet</translation>
    </message>
    <message>
        <source>it has no such service at its address (status {status})</source>
        <translation>an seiner Adresse gibt es diesen Dienst nicht (Status {status})</translation>
    </message>
    <message>
        <source>it has stopped working</source>
        <translation>es arbeitet nicht mehr</translation>
    </message>
    <message>
        <source>it holds no sound</source>
        <translation>es ist kein Ton darin</translation>
    </message>
    <message>
        <source>it is a folder</source>
        <translation>es ist ein Ordner</translation>
    </message>
    <message>
        <source>it is not a WAV file</source>
        <translation>es ist keine WAV-Datei</translation>
    </message>
    <message>
        <source>it is not connected any more</source>
        <translation>es ist nicht mehr angeschlossen</translation>
    </message>
    <message>
        <source>it is not text</source>
        <translation>es ist kein Text</translation>
    </message>
    <message>
        <source>it is switched off</source>
        <translation>sie ist ausgeschaltet</translation>
    </message>
    <message>
        <source>it is too large</source>
        <translation>die Datei ist zu groß</translation>
    </message>
    <message>
        <source>it is {kind}</source>
        <translation>es ist {kind}</translation>
    </message>
    <message>
        <source>it never ends</source>
        <translation>es hört nicht auf</translation>
    </message>
    <message>
        <source>it refused the request (status {status})</source>
        <translation>er lehnt die Anfrage ab (Status {status})</translation>
    </message>
    <message>
        <source>it sends requests on to another address</source>
        <translation>er leitet Anfragen an eine andere Adresse weiter</translation>
    </message>
    <message>
        <source>it sends requests on to {place}</source>
        <translation>er leitet Anfragen weiter an {place}</translation>
    </message>
    <message>
        <source>it sent no sound.</source>
        <translation>es kam kein Ton.</translation>
    </message>
    <message>
        <source>it sent no words</source>
        <translation>es kamen keine Worte</translation>
    </message>
    <message>
        <source>it sent something that cannot be understood</source>
        <translation>es kam etwas, das nicht zu verstehen ist</translation>
    </message>
    <message>
        <source>it sent sound that cannot be read</source>
        <translation>der Ton, der kam, ist nicht zu lesen</translation>
    </message>
    <message>
        <source>it sent {came} instead of {wanted}</source>
        <translation>es kam {came} statt {wanted}</translation>
    </message>
    <message>
        <source>it stopped answering</source>
        <translation>es kam keine Antwort mehr</translation>
    </message>
    <message>
        <source>it stopped answering or the network failed</source>
        <translation>es kam keine Antwort mehr, oder das Netz ist ausgefallen</translation>
    </message>
    <message>
        <source>it stopped twice at the same sentence</source>
        <translation>sie blieb zweimal am selben Satz stehen</translation>
    </message>
    <message>
        <source>it was empty.</source>
        <translation>sie war leer.</translation>
    </message>
    <message>
        <source>it was given up</source>
        <translation>sie wurde aufgegeben</translation>
    </message>
    <message>
        <source>it was not ready within {seconds} seconds</source>
        <translation>er war nach {seconds} Sekunden nicht bereit</translation>
    </message>
    <message>
        <source>its address holds a name or a password, which belongs into the field for the key</source>
        <translation>in seiner Adresse steht ein Name oder ein Passwort; das gehört in das Feld für den Schlüssel</translation>
    </message>
    <message>
        <source>its address is not valid</source>
        <translation>seine Adresse ist nicht gültig</translation>
    </message>
    <message>
        <source>its answer is damaged</source>
        <translation>seine Antwort ist beschädigt</translation>
    </message>
    <message>
        <source>its answer is endless</source>
        <translation>seine Antwort hört nicht auf</translation>
    </message>
    <message>
        <source>its answer never ends</source>
        <translation>seine Antwort hört nicht auf</translation>
    </message>
    <message>
        <source>its certificate has expired</source>
        <translation>sein Zertifikat ist abgelaufen</translation>
    </message>
    <message>
        <source>its certificate is not trusted</source>
        <translation>seinem Zertifikat wird nicht vertraut</translation>
    </message>
    <message>
        <source>its certificate is not valid yet; see whether this computer&apos;s clock is right</source>
        <translation>sein Zertifikat gilt noch nicht; sehen Sie nach, ob die Uhr dieses Computers stimmt</translation>
    </message>
    <message>
        <source>its certificate was made for another name</source>
        <translation>sein Zertifikat gilt für einen anderen Namen</translation>
    </message>
    <message>
        <source>its header is damaged</source>
        <translation>der Anfang ist beschädigt</translation>
    </message>
    <message>
        <source>its kind of encryption is too old</source>
        <translation>seine Verschlüsselung ist veraltet</translation>
    </message>
    <message>
        <source>its name is not known to the network</source>
        <translation>sein Name ist im Netz nicht bekannt</translation>
    </message>
    <message>
        <source>its name is too long</source>
        <translation>der Name ist zu lang</translation>
    </message>
    <message>
        <source>its process cannot be started</source>
        <translation>ihr Prozess lässt sich nicht starten</translation>
    </message>
    <message>
        <source>its process does not start</source>
        <translation>ihr Prozess startet nicht</translation>
    </message>
    <message>
        <source>its program cannot be run</source>
        <translation>sein Programm lässt sich nicht ausführen</translation>
    </message>
    <message>
        <source>its sound is compressed</source>
        <translation>der Ton ist komprimiert</translation>
    </message>
    <message>
        <source>its sound never ends</source>
        <translation>der Ton hört nicht auf</translation>
    </message>
    <message>
        <source>its transcript never ends</source>
        <translation>die Abschrift hört nicht auf</translation>
    </message>
    <message>
        <source>no connection could be made</source>
        <translation>es kam keine Verbindung zustande</translation>
    </message>
    <message>
        <source>no secure connection could be made</source>
        <translation>es kam keine sichere Verbindung zustande</translation>
    </message>
    <message>
        <source>no way leads to it from this network</source>
        <translation>von diesem Netz führt kein Weg dorthin</translation>
    </message>
    <message>
        <source>nothing listens at its address</source>
        <translation>an seiner Adresse nimmt niemand Verbindungen an</translation>
    </message>
    <message>
        <source>something unnamed</source>
        <translation>etwas ohne Namen</translation>
    </message>
    <message>
        <source>sound</source>
        <translation>Ton</translation>
    </message>
    <message>
        <source>the answer is too long to be played whole</source>
        <translation>die Antwort ist zu lang, um ganz abgespielt zu werden</translation>
    </message>
    <message>
        <source>the connection broke off</source>
        <translation>die Verbindung brach ab</translation>
    </message>
    <message>
        <source>the connection to the display was lost</source>
        <translation>die Verbindung zur Anzeige ist verloren</translation>
    </message>
    <message>
        <source>the conversation is gone</source>
        <translation>das Gespräch gibt es nicht mehr</translation>
    </message>
    <message>
        <source>the database does not work as it should</source>
        <translation>die Datenbank arbeitet nicht, wie sie soll</translation>
    </message>
    <message>
        <source>the disk can only be read</source>
        <translation>vom Datenträger kann nur gelesen werden</translation>
    </message>
    <message>
        <source>the disk does not work as it should</source>
        <translation>der Datenträger arbeitet nicht, wie er soll</translation>
    </message>
    <message>
        <source>the disk is full</source>
        <translation>der Datenträger ist voll</translation>
    </message>
    <message>
        <source>the disk reports an error</source>
        <translation>der Datenträger meldet einen Fehler</translation>
    </message>
    <message>
        <source>the display cannot be asked</source>
        <translation>die Anzeige lässt sich nicht fragen</translation>
    </message>
    <message>
        <source>the file comes from a newer VoiceDesk</source>
        <translation>die Datei stammt von einem neueren VoiceDesk</translation>
    </message>
    <message>
        <source>the file is damaged</source>
        <translation>die Datei ist beschädigt</translation>
    </message>
    <message>
        <source>the file is empty</source>
        <translation>die Datei ist leer</translation>
    </message>
    <message>
        <source>the file would be too large</source>
        <translation>die Datei würde zu groß</translation>
    </message>
    <message>
        <source>the folder cannot be written</source>
        <translation>in den Ordner kann nicht geschrieben werden</translation>
    </message>
    <message>
        <source>the other side broke off the connection</source>
        <translation>die Gegenseite hat die Verbindung abgebrochen</translation>
    </message>
    <message>
        <source>the server closed it</source>
        <translation>der Server hat sie beendet</translation>
    </message>
    <message>
        <source>the server closed it (code {code})</source>
        <translation>der Server hat sie beendet (Code {code})</translation>
    </message>
    <message>
        <source>the server ended it in the middle</source>
        <translation>der Server hat sie mittendrin beendet</translation>
    </message>
    <message>
        <source>the server ended it in the middle of the answer</source>
        <translation>der Server hat sie mitten in der Antwort beendet</translation>
    </message>
    <message>
        <source>the server ended it in the middle of the words</source>
        <translation>der Server hat sie mitten in den Worten beendet</translation>
    </message>
    <message>
        <source>the server stopped in the middle.</source>
        <translation>der Server hat mittendrin aufgehört.</translation>
    </message>
    <message>
        <source>the server&apos;s content filter stopped it.</source>
        <translation>der Inhaltsfilter des Servers hat sie angehalten.</translation>
    </message>
    <message>
        <source>the session reached its longest duration</source>
        <translation>die Sitzung hat ihre längste Dauer erreicht</translation>
    </message>
    <message>
        <source>the sound system does not answer</source>
        <translation>das Tonsystem antwortet nicht</translation>
    </message>
    <message>
        <source>the sound system does not start</source>
        <translation>das Tonsystem startet nicht</translation>
    </message>
    <message>
        <source>the sound system refused it</source>
        <translation>das Tonsystem lehnt es ab</translation>
    </message>
    <message>
        <source>the system does not allow it</source>
        <translation>das System lässt es nicht zu</translation>
    </message>
    <message>
        <source>the system&apos;s own speech could not be opened; check that a voice is installed in its speech settings</source>
        <translation>die Sprachausgabe des Systems ließ sich nicht öffnen; sehen Sie in deren Einstellungen nach, ob eine Stimme installiert ist</translation>
    </message>
    <message>
        <source>the value of {where} is not valid</source>
        <translation>der Wert von {where} ist nicht gültig</translation>
    </message>
    <message>
        <source>there are no settings in it</source>
        <translation>es sind keine Einstellungen darin</translation>
    </message>
    <message>
        <source>there is no network</source>
        <translation>es gibt kein Netz</translation>
    </message>
    <message>
        <source>there is no such file</source>
        <translation>diese Datei gibt es nicht</translation>
    </message>
    <message>
        <source>there is no such file or folder</source>
        <translation>diese Datei oder diesen Ordner gibt es nicht</translation>
    </message>
    <message>
        <source>there is not enough memory</source>
        <translation>der Speicher reicht nicht</translation>
    </message>
    <message>
        <source>there is one of that name already</source>
        <translation>den Namen gibt es schon</translation>
    </message>
    <message>
        <source>this computer was asleep</source>
        <translation>dieser Computer hat geschlafen</translation>
    </message>
    <message>
        <source>this computer&apos;s voice refused the sentence</source>
        <translation>die Stimme dieses Computers lehnt den Satz ab</translation>
    </message>
    <message>
        <source>it does not answer; unlock it and save the key again</source>
        <translation>er antwortet nicht; entsperren Sie ihn und speichern Sie den Schlüssel noch einmal</translation>
    </message>
    <message>
        <source>this desktop offers none</source>
        <translation>dieser Desktop bietet keinen</translation>
    </message>
    <message>
        <source>this keyboard has no key {key}</source>
        <translation>diese Tastatur hat keine Taste {key}</translation>
    </message>
    <message>
        <source>this keyboard has no such key</source>
        <translation>diese Tastatur hat keine solche Taste</translation>
    </message>
    <message>
        <source>this should not have happened, and its log says more</source>
        <translation>das hätte nicht geschehen dürfen, mehr steht im Protokoll</translation>
    </message>
    <message>
        <source>too many files are open</source>
        <translation>es sind zu viele Dateien offen</translation>
    </message>
    <message>
        <source>words</source>
        <translation>Worten</translation>
    </message>
    <message>
        <source>you have no right to do that there</source>
        <translation>dazu haben Sie dort kein Recht</translation>
    </message>
    <message>
        <source>you have used up your room on the disk</source>
        <translation>Ihr Platz auf dem Datenträger ist aufgebraucht</translation>
    </message>
    <message>
        <source>{said} It asks to wait {seconds} seconds.</source>
        <translation>{said} Er bittet, {seconds} Sekunden zu warten.</translation>
    </message>
</context>
</TS>
