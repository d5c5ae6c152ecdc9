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
        <source>{server} cannot be reached: {reason}. Check the network and the address in Settings, Server.</source>
        <translation>{server} ist nicht zu erreichen: {reason}. Prüfen Sie das Netz und die Adresse in Einstellungen, Server.</translation>
    </message>
    <message>
        <source>{server} would be spoken to without encryption. Use an https address, or allow this server in Settings, Server.</source>
        <translation>Mit {server} würde ohne Verschlüsselung gesprochen. Nehmen Sie eine https-Adresse, oder lassen Sie diesen Server in Einstellungen, Server zu.</translation>
    </message>
    <message>
        <source>{server} refused the key. Enter a valid one in Settings, Server.</source>
        <translation>{server} hat den Schlüssel abgelehnt. Geben Sie in Einstellungen, Server einen gültigen ein.</translation>
    </message>
    <message>
        <source>{server} needs a key. Enter yours in Settings, Server.</source>
        <translation>{server} braucht einen Schlüssel. Geben Sie Ihren in Einstellungen, Server ein.</translation>
    </message>
    <message>
        <source>{server} does not have the model {model}. Choose another in Settings, Server.</source>
        <translation>{server} hat das Modell {model} nicht. Wählen Sie ein anderes in Einstellungen, Server.</translation>
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
        <source>{server} does not speak the expected protocol: {reason}. Check the address and the kind of server in Settings, Server.</source>
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
        <source>The file of keys, {path}, could not be changed: {reason}. Keys that are new are used until VoiceDesk ends.</source>
        <translation>Die Datei mit den Schlüsseln, {path}, ließ sich nicht ändern: {reason}. Neue Schlüssel gelten, bis VoiceDesk endet.</translation>
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
</TS>
