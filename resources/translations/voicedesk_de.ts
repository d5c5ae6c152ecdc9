<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>AddServerDialog</name>
    <message>
        <source>Add a Server</source>
        <translation>Server hinzufügen</translation>
    </message>
    <message>
        <source>Any server that speaks OpenAI&apos;s protocol</source>
        <translation>Jeder Server, der OpenAIs Protokoll spricht</translation>
    </message>
    <message>
        <source>An agent that answers in events</source>
        <translation>Ein Agent, der in Ereignissen antwortet</translation>
    </message>
    <message>
        <source>My server</source>
        <translation>Mein Server</translation>
    </message>
    <message>
        <source>Allow this server without encryption</source>
        <translation>Diesen Server unverschlüsselt zulassen</translation>
    </message>
    <message>
        <source>&amp;Kind</source>
        <translation>A&amp;rt</translation>
    </message>
    <message>
        <source>&amp;Name</source>
        <translation>&amp;Name</translation>
    </message>
    <message>
        <source>&amp;Address</source>
        <translation>&amp;Adresse</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>Hinzufügen</translation>
    </message>
    <message>
        <source>Any server that speaks OpenAI&apos;s protocol, in your house or elsewhere.</source>
        <translation>Jeder Server, der das Protokoll von OpenAI spricht, bei Ihnen zu Hause oder anderswo.</translation>
    </message>
</context>
<context>
    <name>Asking</name>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>Behalten</translation>
    </message>
</context>
<context>
    <name>Causes</name>
    <message>
        <source>Settings: {}</source>
        <translation>Einstellungen: {}</translation>
    </message>
</context>
<context>
    <name>ChoiceEditor</name>
    <message>
        <source>empty</source>
        <translation>leer</translation>
    </message>
</context>
<context>
    <name>Clipboard</name>
    <message>
        <source>Copied</source>
        <translation>Kopiert</translation>
    </message>
</context>
<context>
    <name>CompactMode</name>
    <message>
        <source>Answers are muted; let them sound again</source>
        <translation>Antworten sind stumm; wieder hörbar machen</translation>
    </message>
    <message>
        <source>Show the whole window</source>
        <translation>Das ganze Fenster zeigen</translation>
    </message>
</context>
<context>
    <name>Confirmations</name>
    <message>
        <source>Questions</source>
        <translation>Fragen</translation>
    </message>
    <message>
        <source>&amp;Allow</source>
        <translation>&amp;Erlauben</translation>
    </message>
    <message>
        <source>&amp;Don&apos;t Allow</source>
        <translation>&amp;Nicht erlauben</translation>
    </message>
</context>
<context>
    <name>Crash</name>
    <message>
        <source>Something unexpected went wrong. VoiceDesk goes on; start it again if it does not behave.</source>
        <translation>Etwas Unerwartetes ist schiefgegangen. VoiceDesk läuft weiter; starten Sie es neu, wenn es sich seltsam verhält.</translation>
    </message>
    <message>
        <source>The report has been copied to the clipboard.</source>
        <translation>Der Bericht wurde in die Zwischenablage kopiert.</translation>
    </message>
    <message>
        <source>Something went wrong in VoiceDesk the last time. You can copy a report of it for whoever helps you; it holds no keys.</source>
        <translation>Beim letzten Mal ist in VoiceDesk etwas schiefgegangen. Sie können einen Bericht darüber für jemanden kopieren, der Ihnen hilft; er enthält keine Schlüssel.</translation>
    </message>
    <message>
        <source>Copy Report</source>
        <translation>Bericht kopieren</translation>
    </message>
</context>
<context>
    <name>DeviceBox</name>
    <message>
        <source>System default</source>
        <translation>Standard des Systems</translation>
    </message>
    <message>
        <source>{name} (not connected)</source>
        <translation>{name} (nicht angeschlossen)</translation>
    </message>
</context>
<context>
    <name>ExportMenu</name>
    <message>
        <source>Text to Read (Markdown)…</source>
        <translation>Text zum Lesen (Markdown)…</translation>
    </message>
    <message>
        <source>Sound (WAV)…</source>
        <translation>Ton (WAV)…</translation>
    </message>
    <message>
        <source>Subtitles for the Sound (SRT)…</source>
        <translation>Untertitel zum Ton (SRT)…</translation>
    </message>
    <message>
        <source>Everything, for Programs (JSON)…</source>
        <translation>Alles, für Programme (JSON)…</translation>
    </message>
    <message>
        <source>Export Conversation</source>
        <translation>Gespräch exportieren</translation>
    </message>
    <message>
        <source>You</source>
        <translation>Sie</translation>
    </message>
    <message>
        <source>Conversation</source>
        <translation>Gespräch</translation>
    </message>
    <message>
        <source>not heard</source>
        <translation>nicht gehört</translation>
    </message>
    <message>
        <source>Tool</source>
        <translation>Werkzeug</translation>
    </message>
    <message>
        <source>The conversation was written to {name}.</source>
        <translation>Das Gespräch wurde in {name} geschrieben.</translation>
    </message>
</context>
<context>
    <name>Figures</name>
    <message>
        <source>after release</source>
        <translation>nach dem Loslassen</translation>
    </message>
    <message>
        <source>ours</source>
        <translation>wir</translation>
    </message>
    <message>
        <source>network and server</source>
        <translation>Netz und Server</translation>
    </message>
    <message>
        <source>server</source>
        <translation>Server</translation>
    </message>
    <message>
        <source>buffer</source>
        <translation>Puffer</translation>
    </message>
    <message>
        <source>device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <source>silence</source>
        <translation>Stille</translation>
    </message>
    <message>
        <source>Nothing was heard in the last turn.</source>
        <translation>Beim letzten Mal war nichts zu hören.</translation>
    </message>
    <message>
        <source>First sound {total} after you finished: {parts}.</source>
        <translation>Erster Ton {total} nach Ihrem letzten Wort: {parts}.</translation>
    </message>
    <message>
        <source>Key pressed</source>
        <translation>Taste gedrückt</translation>
    </message>
    <message>
        <source>First sound recorded</source>
        <translation>Erster Ton aufgenommen</translation>
    </message>
    <message>
        <source>Key released</source>
        <translation>Taste losgelassen</translation>
    </message>
    <message>
        <source>Recording ended</source>
        <translation>Aufnahme beendet</translation>
    </message>
    <message>
        <source>Last sound sent</source>
        <translation>Letzter Ton gesendet</translation>
    </message>
    <message>
        <source>Question sent</source>
        <translation>Frage gesendet</translation>
    </message>
    <message>
        <source>Question received</source>
        <translation>Frage angekommen</translation>
    </message>
    <message>
        <source>Question understood</source>
        <translation>Frage verstanden</translation>
    </message>
    <message>
        <source>Answer begun</source>
        <translation>Antwort begonnen</translation>
    </message>
    <message>
        <source>First words received</source>
        <translation>Erste Wörter empfangen</translation>
    </message>
    <message>
        <source>First words given to the voice</source>
        <translation>Erste Wörter an die Stimme gegeben</translation>
    </message>
    <message>
        <source>First sound received</source>
        <translation>Erster Ton empfangen</translation>
    </message>
    <message>
        <source>First sound handed to the speaker</source>
        <translation>Erster Ton an den Lautsprecher gegeben</translation>
    </message>
    <message>
        <source>Speaker began</source>
        <translation>Lautsprecher begann</translation>
    </message>
    <message>
        <source>First sound heard</source>
        <translation>Erster Ton zu hören</translation>
    </message>
    <message>
        <source>Answer complete</source>
        <translation>Antwort vollständig</translation>
    </message>
    <message>
        <source>Last sound heard</source>
        <translation>Letzter Ton zu hören</translation>
    </message>
    <message>
        <source>Interrupted</source>
        <translation>Unterbrochen</translation>
    </message>
    <message>
        <source>Silent</source>
        <translation>Still</translation>
    </message>
    <message>
        <source>Recorded</source>
        <translation>Aufgenommen</translation>
    </message>
    <message>
        <source>Characters written</source>
        <translation>Zeichen geschrieben</translation>
    </message>
    <message>
        <source>Pieces waiting for the voice</source>
        <translation>Stücke, die auf die Stimme warten</translation>
    </message>
    <message>
        <source>Sound made</source>
        <translation>Ton erzeugt</translation>
    </message>
    <message>
        <source>Sound played</source>
        <translation>Ton abgespielt</translation>
    </message>
    <message>
        <source>recorded {recorded} · {characters} characters · {waiting} waiting · {made} of sound made · {played} played</source>
        <translation>{recorded} aufgenommen · {characters} Zeichen · {waiting} warten · {made} Ton erzeugt · {played} abgespielt</translation>
    </message>
    <message>
        <source>{} s</source>
        <translation>{} s</translation>
    </message>
    <message>
        <source>{} ms</source>
        <translation>{} ms</translation>
    </message>
</context>
<context>
    <name>FirstRun</name>
    <message>
        <source>Set Up VoiceDesk</source>
        <translation>VoiceDesk einrichten</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Zurück</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <source>Skip the Rest</source>
        <translation>Rest überspringen</translation>
    </message>
    <message>
        <source>Step {number} of {count}</source>
        <translation>Schritt {number} von {count}</translation>
    </message>
    <message>
        <source>Finish</source>
        <translation>Fertig</translation>
    </message>
    <message>
        <source>Skip This</source>
        <translation>Überspringen</translation>
    </message>
</context>
<context>
    <name>GroupsView</name>
    <message>
        <source>Answers by model</source>
        <translation>Antworten nach Modell</translation>
    </message>
    <message>
        <source>Pipeline</source>
        <translation>Ablauf</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Answers</source>
        <translation>Antworten</translation>
    </message>
    <message>
        <source>Latest</source>
        <translation>Neueste</translation>
    </message>
    <message>
        <source>The last took {last}.</source>
        <translation>Die letzte brauchte {last}.</translation>
    </message>
    <message>
        <source>Usually (p50)</source>
        <translation>Meist (p50)</translation>
    </message>
    <message>
        <source>Slow (p95)</source>
        <translation>Langsam (p95)</translation>
    </message>
    <message>
        <source>Half of the answers came within this time.</source>
        <translation>Die Hälfte der Antworten kam in dieser Zeit.</translation>
    </message>
    <message>
        <source>19 of 20 answers came within this time.</source>
        <translation>19 von 20 Antworten kamen in dieser Zeit.</translation>
    </message>
</context>
<context>
    <name>Header</name>
    <message>
        <source>Model and server</source>
        <translation>Modell und Server</translation>
    </message>
    <message>
        <source>Answers are muted; let them sound again</source>
        <translation>Antworten sind stumm; wieder hörbar machen</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Menu</source>
        <translation>Menü</translation>
    </message>
    <message>
        <source>Built-in assistant, on this computer</source>
        <translation>Eingebauter Assistent, auf diesem Computer</translation>
    </message>
</context>
<context>
    <name>Hints</name>
    <message>
        <source>That was too short. Hold the key for as long as you talk.</source>
        <translation>Das war zu kurz. Halten Sie die Taste, solange Sie sprechen.</translation>
    </message>
    <message>
        <source>No speech was heard. Check that the right microphone is chosen.</source>
        <translation>Es war keine Sprache zu hören. Prüfen Sie, ob das richtige Mikrofon gewählt ist.</translation>
    </message>
    <message>
        <source>Stopped.</source>
        <translation>Angehalten.</translation>
    </message>
    <message>
        <source>Cancelled. Nothing was sent.</source>
        <translation>Abgebrochen. Es wurde nichts gesendet.</translation>
    </message>
    <message>
        <source>Recording was ended because it had reached the longest time allowed.</source>
        <translation>Die Aufnahme wurde beendet, weil sie die längste erlaubte Zeit erreicht hatte.</translation>
    </message>
    <message>
        <source>A damaged piece of the answer&apos;s sound was left out.</source>
        <translation>Ein beschädigtes Stück vom Ton der Antwort wurde ausgelassen.</translation>
    </message>
    <message>
        <source>{server} asks to wait {seconds} s. It goes on by itself.</source>
        <translation>{server} bittet um {seconds} s Geduld. Es geht von selbst weiter.</translation>
    </message>
</context>
<context>
    <name>History</name>
    <message>
        <source>Untitled</source>
        <translation>Ohne Titel</translation>
    </message>
    <message>
        <source>1 question</source>
        <translation>1 Frage</translation>
    </message>
    <message>
        <source>{number} questions</source>
        <translation>{number} Fragen</translation>
    </message>
</context>
<context>
    <name>HistoryDialog</name>
    <message>
        <source>History</source>
        <translation>Verlauf</translation>
    </message>
    <message>
        <source>Search what was said</source>
        <translation>Gesagtes durchsuchen</translation>
    </message>
    <message>
        <source>Conversations</source>
        <translation>Gespräche</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>Go on with this conversation: the next answer knows what was said in it</source>
        <translation>Dieses Gespräch fortsetzen: Die nächste Antwort weiß, was darin gesagt wurde</translation>
    </message>
    <message>
        <source>Where the Time Went</source>
        <translation>Wohin die Zeit ging</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>Umbenennen</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Exportieren</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>Delete All</source>
        <translation>Alle löschen</translation>
    </message>
    <message>
        <source>Nothing was found.</source>
        <translation>Nichts wurde gefunden.</translation>
    </message>
    <message>
        <source>Nothing here yet. What you talk about is kept on this computer only.</source>
        <translation>Noch ist hier nichts. Was Sie besprechen, bleibt nur auf diesem Computer.</translation>
    </message>
    <message>
        <source>Conversations are not kept. Settings, Privacy can change that.</source>
        <translation>Gespräche werden nicht aufbewahrt. Unter Einstellungen, Datenschutz lässt sich das ändern.</translation>
    </message>
    <message>
        <source>No times of these answers were kept.</source>
        <translation>Von diesen Antworten wurden keine Zeiten aufbewahrt.</translation>
    </message>
    <message>
        <source>The conversation was deleted.</source>
        <translation>Das Gespräch wurde gelöscht.</translation>
    </message>
    <message>
        <source>Delete “{title}” and its recordings for good?</source>
        <translation>„{title}“ mit seinen Aufnahmen für immer löschen?</translation>
    </message>
    <message>
        <source>“{title}” was deleted.</source>
        <translation>„{title}“ wurde gelöscht.</translation>
    </message>
    <message>
        <source>All conversations were deleted.</source>
        <translation>Alle Gespräche wurden gelöscht.</translation>
    </message>
    <message>
        <source>Delete every conversation and every recording for good?</source>
        <translation>Alle Gespräche und alle Aufnahmen für immer löschen?</translation>
    </message>
</context>
<context>
    <name>HistoryReader</name>
    <message>
        <source>Conversation</source>
        <translation>Gespräch</translation>
    </message>
    <message>
        <source>The beginning is left out here.</source>
        <translation>Der Anfang ist hier weggelassen.</translation>
    </message>
    <message>
        <source>You</source>
        <translation>Sie</translation>
    </message>
    <message>
        <source>Words in italics were not heard.</source>
        <translation>Kursive Wörter wurden nicht gehört.</translation>
    </message>
    <message>
        <source>Where the Time Went</source>
        <translation>Wohin die Zeit ging</translation>
    </message>
</context>
<context>
    <name>KeyEditor</name>
    <message>
        <source>Key</source>
        <translation>Schlüssel</translation>
    </message>
    <message>
        <source>Save Key</source>
        <translation>Schlüssel speichern</translation>
    </message>
    <message>
        <source>Remove Key</source>
        <translation>Schlüssel entfernen</translation>
    </message>
    <message>
        <source>Keep keys in a file on this computer</source>
        <translation>Schlüssel in einer Datei auf diesem Computer aufbewahren</translation>
    </message>
    <message>
        <source>Whoever can read your files, every program that you start included, can read a key in such a file.</source>
        <translation>Wer Ihre Dateien lesen kann, auch jedes Programm, das Sie starten, kann einen Schlüssel in einer solchen Datei lesen.</translation>
    </message>
    <message>
        <source>A key is set; enter another to replace it</source>
        <translation>Ein Schlüssel ist gesetzt; ein neuer ersetzt ihn</translation>
    </message>
    <message>
        <source>No key</source>
        <translation>Kein Schlüssel</translation>
    </message>
    <message>
        <source>This desktop has no keychain. Keys are in a file of your own.</source>
        <translation>Dieser Desktop hat keinen Schlüsselbund. Schlüssel stehen in einer Datei, die nur Ihnen gehört.</translation>
    </message>
    <message>
        <source>This desktop has no keychain: a key is kept until VoiceDesk ends.</source>
        <translation>Dieser Desktop hat keinen Schlüsselbund: Ein Schlüssel bleibt nur, bis VoiceDesk endet.</translation>
    </message>
    <message>
        <source>New keys are stored in {place}, older ones in a file.</source>
        <translation>Neue Schlüssel werden in {place} gespeichert, ältere stehen in einer Datei.</translation>
    </message>
    <message>
        <source>Keys are stored in {place}, never in a file.</source>
        <translation>Schlüssel werden in {place} aufbewahrt, nie in einer Datei.</translation>
    </message>
</context>
<context>
    <name>LanguageEditor</name>
    <message>
        <source>As the desktop</source>
        <translation>Wie der Desktop</translation>
    </message>
</context>
<context>
    <name>LastLine</name>
    <message>
        <source>Last words</source>
        <translation>Letzte Worte</translation>
    </message>
</context>
<context>
    <name>Latency</name>
    <message>
        <source>Recording after release</source>
        <translation>Aufnahme nach dem Loslassen</translation>
    </message>
    <message>
        <source>This computer</source>
        <translation>Dieser Computer</translation>
    </message>
    <message>
        <source>Server receives the question</source>
        <translation>Frage kommt beim Server an</translation>
    </message>
    <message>
        <source>Your words are written down</source>
        <translation>Ihre Worte werden geschrieben</translation>
    </message>
    <message>
        <source>Answer begins</source>
        <translation>Antwort beginnt</translation>
    </message>
    <message>
        <source>First words</source>
        <translation>Erste Worte</translation>
    </message>
    <message>
        <source>Enough words to speak</source>
        <translation>Genug Worte zum Sprechen</translation>
    </message>
    <message>
        <source>First sound is made</source>
        <translation>Erster Ton entsteht</translation>
    </message>
    <message>
        <source>Buffer against gaps</source>
        <translation>Puffer gegen Lücken</translation>
    </message>
    <message>
        <source>Sound device</source>
        <translation>Tongerät</translation>
    </message>
    <message>
        <source>Silence in the answer</source>
        <translation>Stille in der Antwort</translation>
    </message>
    <message>
        <source>Tool runs</source>
        <translation>Werkzeug läuft</translation>
    </message>
    <message>
        <source>Server asks to wait</source>
        <translation>Server bittet zu warten</translation>
    </message>
    <message>
        <source>Connecting</source>
        <translation>Verbindet</translation>
    </message>
    <message>
        <source>Nothing was heard.</source>
        <translation>Es war nichts zu hören.</translation>
    </message>
    <message>
        <source>{total}, of which recording after release {part}</source>
        <translation>{total}, davon Aufnahme nach dem Loslassen {part}</translation>
    </message>
    <message>
        <source>{total}, of which this computer {part}</source>
        <translation>{total}, davon dieser Computer {part}</translation>
    </message>
    <message>
        <source>{total}, of which the server {part}</source>
        <translation>{total}, davon der Server {part}</translation>
    </message>
    <message>
        <source>{total}, of which the buffer {part}</source>
        <translation>{total}, davon der Puffer {part}</translation>
    </message>
    <message>
        <source>{total}, of which the sound device {part}</source>
        <translation>{total}, davon das Tongerät {part}</translation>
    </message>
    <message>
        <source>{total}, of which silence in the answer {part}</source>
        <translation>{total}, davon Stille in der Antwort {part}</translation>
    </message>
    <message>
        <source>When this answer was heard was not kept.</source>
        <translation>Wann diese Antwort zu hören war, wurde nicht aufbewahrt.</translation>
    </message>
    <message>
        <source>Classic</source>
        <translation>Klassisch</translation>
    </message>
    <message>
        <source>Realtime</source>
        <translation>Echtzeit</translation>
    </message>
    <message>
        <source>The question was typed.</source>
        <translation>Die Frage wurde getippt.</translation>
    </message>
    <message>
        <source>You talked for {}.</source>
        <translation>Sie haben {} gesprochen.</translation>
    </message>
    <message>
        <source>The answer has {} of sound.</source>
        <translation>Die Antwort ist {} lang.</translation>
    </message>
    <message>
        <source>It was interrupted.</source>
        <translation>Sie wurde unterbrochen.</translation>
    </message>
    <message>
        <source>The connection to the server was gone; it took {time} to come back.</source>
        <translation>Die Verbindung zum Server war weg; es dauerte {time}, bis sie wieder da war.</translation>
    </message>
    <message>
        <source>The server takes only so many questions and asked to wait {time}.</source>
        <translation>Der Server nimmt nur begrenzt viele Fragen an und bat, {time} zu warten.</translation>
    </message>
    <message>
        <source>Tools ran for {time} before the first sound.</source>
        <translation>Vor dem ersten Ton liefen {time} lang Werkzeuge.</translation>
    </message>
    <message>
        <source>Recording went on for {time} after you let go. A shorter time answers sooner.</source>
        <translation>Nach dem Loslassen wurde noch {time} aufgenommen. Eine kürzere Zeit bringt die Antwort früher.</translation>
    </message>
    <message>
        <source>This computer had no time for {time}. Close programs that keep it busy.</source>
        <translation>Dieser Computer hatte {time} lang keine Zeit. Schließen Sie Programme, die ihn beschäftigen.</translation>
    </message>
    <message>
        <source>The server on this computer needed {time}. The first answer after a start takes longest.</source>
        <translation>Der Server auf diesem Computer brauchte {time}. Die erste Antwort nach einem Start dauert am längsten.</translation>
    </message>
    <message>
        <source>The model needed {time} for its first sound. A smaller one is quicker.</source>
        <translation>Das Modell brauchte {time} bis zum ersten Ton. Ein kleineres ist schneller.</translation>
    </message>
    <message>
        <source>Writing down what you said took {time}. Doing it while you talk is quicker.</source>
        <translation>Das Mitschreiben Ihrer Worte dauerte {time}. Während Sie sprechen geht es schneller.</translation>
    </message>
    <message>
        <source>The model needed {time} for its first words. A smaller one is quicker.</source>
        <translation>Das Modell brauchte {time} bis zu den ersten Worten. Ein kleineres ist schneller.</translation>
    </message>
    <message>
        <source>The voice needed {time} to begin. It begins sooner with smaller pieces.</source>
        <translation>Die Stimme brauchte {time}, um zu beginnen. Mit kleineren Stücken beginnt sie früher.</translation>
    </message>
    <message>
        <source>Sound comes unevenly from the server, so {time} of it were kept back. A network cable is steadier than radio.</source>
        <translation>Der Ton kommt ungleichmäßig vom Server, deshalb wurden {time} davon zurückgehalten. Ein Netzwerkkabel ist gleichmäßiger als Funk.</translation>
    </message>
    <message>
        <source>The speaker needs {time}. One with a cable is quicker than a wireless one.</source>
        <translation>Der Lautsprecher braucht {time}. Einer mit Kabel ist schneller als ein kabelloser.</translation>
    </message>
    <message>
        <source>The answer began with {time} of silence.</source>
        <translation>Die Antwort begann mit {time} Stille.</translation>
    </message>
    <message>
        <source>Sound came too late from the server. Gaps: {count}, {time} in all.</source>
        <translation>Der Ton kam zu spät vom Server. Lücken: {count}, zusammen {time}.</translation>
    </message>
    <message>
        <source>The voice could not keep up. Gaps: {count}, {time} in all. Larger pieces make fewer gaps.</source>
        <translation>Die Stimme kam nicht nach. Lücken: {count}, zusammen {time}. Größere Stücke machen weniger Lücken.</translation>
    </message>
    <message>
        <source>This computer was too late for the speaker. Times: {count}. If it goes on, more sound is kept ready for the next answers. Close programs that keep it busy, or try another speaker.</source>
        <translation>Dieser Computer war zu langsam für den Lautsprecher. Anzahl: {count}. Wenn das so bleibt, wird für die nächsten Antworten mehr Ton bereitgehalten. Schließen Sie Programme, die ihn beschäftigen, oder versuchen Sie einen anderen Lautsprecher.</translation>
    </message>
    <message>
        <source>Sound of the microphone was lost on its way. Times: {count}. Close programs that keep this computer busy, or try another microphone.</source>
        <translation>Ton des Mikrofons ging unterwegs verloren. Anzahl: {count}. Schließen Sie Programme, die diesen Computer beschäftigen, oder versuchen Sie ein anderes Mikrofon.</translation>
    </message>
    <message>
        <source>The server sent damaged sound, which was left out. Pieces: {count}.</source>
        <translation>Der Server schickte beschädigten Ton, der ausgelassen wurde. Stücke: {count}.</translation>
    </message>
    <message>
        <source>Nothing of this answer was heard.</source>
        <translation>Von dieser Antwort war nichts zu hören.</translation>
    </message>
    <message>
        <source>That is not known any more.</source>
        <translation>Das ist nicht mehr bekannt.</translation>
    </message>
    <message>
        <source>Nothing stands out: every step took a little of the time.</source>
        <translation>Nichts sticht heraus: Jeder Schritt brauchte ein wenig von der Zeit.</translation>
    </message>
    <message>
        <source>It was not slow: nothing held it up.</source>
        <translation>Sie war nicht langsam: Nichts hat sie aufgehalten.</translation>
    </message>
    <message>
        <source>It was neither: nothing held it up.</source>
        <translation>Keines von beiden: Nichts hielt sie auf.</translation>
    </message>
    <message>
        <source>Whether it was choppy is not known: only its times were kept.</source>
        <translation>Ob sie stockte, ist nicht bekannt: Nur ihre Zeiten wurden aufbewahrt.</translation>
    </message>
    <message>
        <source>What it cost was not kept.</source>
        <translation>Was sie gekostet hat, wurde nicht aufbewahrt.</translation>
    </message>
    <message>
        <source>less than {}</source>
        <translation>weniger als {}</translation>
    </message>
    <message>
        <source>${}</source>
        <translation>{} $</translation>
    </message>
    <message>
        <source>Answered on this computer: it cost nothing.</source>
        <translation>Auf diesem Computer beantwortet: Es kostete nichts.</translation>
    </message>
    <message>
        <source>This answer cost about {cost} (estimate).</source>
        <translation>Diese Antwort kostete etwa {cost} (Schätzung).</translation>
    </message>
    <message>
        <source>This answer cost at least {cost} (estimate, without {models}).</source>
        <translation>Diese Antwort kostete mindestens {cost} (Schätzung, ohne {models}).</translation>
    </message>
    <message>
        <source>{read} tokens read, {made} made. No price is known for {models}.</source>
        <translation>{read} Token gelesen, {made} erzeugt. Für {models} ist kein Preis bekannt.</translation>
    </message>
    <message>
        <source>What it cost is not known: the server did not count.</source>
        <translation>Was es kostete, ist nicht bekannt: Der Server hat nicht gezählt.</translation>
    </message>
    <message>
        <source>Today: {read} tokens read, {made} made.</source>
        <translation>Heute: {read} Token gelesen, {made} erzeugt.</translation>
    </message>
    <message>
        <source>Today about {cost} (estimate). Answers: {count}.</source>
        <translation>Heute etwa {cost} (Schätzung). Antworten: {count}.</translation>
    </message>
    <message>
        <source>Today at least {cost} (estimate). Answers: {count}.</source>
        <translation>Heute mindestens {cost} (Schätzung). Antworten: {count}.</translation>
    </message>
    <message>
        <source>not heard</source>
        <translation>nicht gehört</translation>
    </message>
</context>
<context>
    <name>LatencyAccess</name>
    <message>
        <source>Where the Time Went</source>
        <translation>Wohin die Zeit ging</translation>
    </message>
</context>
<context>
    <name>LatencyDialog</name>
    <message>
        <source>Where the Time Goes</source>
        <translation>Wohin die Zeit geht</translation>
    </message>
    <message>
        <source>This answer</source>
        <translation>Diese Antwort</translation>
    </message>
    <message>
        <source>Figures</source>
        <translation>Zahlen</translation>
    </message>
    <message>
        <source>One Answer</source>
        <translation>Eine Antwort</translation>
    </message>
    <message>
        <source>All Answers</source>
        <translation>Alle Antworten</translation>
    </message>
    <message>
        <source>Ask something first: its figures will show here.</source>
        <translation>Fragen Sie zuerst etwas: Hier erscheinen dann die Zahlen dazu.</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>Antwort</translation>
    </message>
    <message>
        <source>The answer before</source>
        <translation>Die Antwort davor</translation>
    </message>
    <message>
        <source>The answer after</source>
        <translation>Die Antwort danach</translation>
    </message>
    <message>
        <source>Save as CSV…</source>
        <translation>Als CSV speichern …</translation>
    </message>
    <message>
        <source>Save as JSON…</source>
        <translation>Als JSON speichern …</translation>
    </message>
    <message>
        <source>Save the Figures</source>
        <translation>Zahlen speichern</translation>
    </message>
    <message>
        <source>Saved to {}.</source>
        <translation>Gespeichert in {}.</translation>
    </message>
</context>
<context>
    <name>LatencyStrip</name>
    <message>
        <source>Latency of the last answer</source>
        <translation>Wartezeit der letzten Antwort</translation>
    </message>
    <message>
        <source>Latency in this session</source>
        <translation>Wartezeit in dieser Sitzung</translation>
    </message>
    <message>
        <source>Latency</source>
        <translation>Wartezeit</translation>
    </message>
    <message>
        <source>How quickly you are answered will show here.</source>
        <translation>Hier steht, wie schnell Sie Antwort bekommen.</translation>
    </message>
    <message>
        <source>A click shows more.</source>
        <translation>Ein Klick zeigt mehr.</translation>
    </message>
    <message>
        <source>Of {count} answers of this model half came within {median} (p50) and 19 of 20 within {p95} (p95).</source>
        <translation>Von {count} Antworten dieses Modells kam die Hälfte binnen {median} (p50) und 19 von 20 binnen {p95} (p95).</translation>
    </message>
    <message>
        <source>usually {median}, slow answers {p95}</source>
        <translation>meist {median}, langsame {p95}</translation>
    </message>
    <message>
        <source>usually {median}</source>
        <translation>meist {median}</translation>
    </message>
</context>
<context>
    <name>LevelMeter</name>
    <message>
        <source>Microphone level</source>
        <translation>Pegel des Mikrofons</translation>
    </message>
    <message>
        <source>How loud the microphone hears you</source>
        <translation>Wie laut das Mikrofon Sie hört</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>VoiceDesk</source>
        <translation>VoiceDesk</translation>
    </message>
    <message>
        <source>Settings…</source>
        <translation>Einstellungen …</translation>
    </message>
    <message>
        <source>Type a Question</source>
        <translation>Frage tippen</translation>
    </message>
    <message>
        <source>Switch Between Realtime and Classic</source>
        <translation>Zwischen Echtzeit und Klassisch wechseln</translation>
    </message>
    <message>
        <source>New Conversation</source>
        <translation>Neues Gespräch</translation>
    </message>
    <message>
        <source>History…</source>
        <translation>Verlauf…</translation>
    </message>
    <message>
        <source>Set Up VoiceDesk…</source>
        <translation>VoiceDesk einrichten…</translation>
    </message>
    <message>
        <source>Where the Time Goes</source>
        <translation>Wohin die Zeit geht</translation>
    </message>
    <message>
        <source>Keyboard Shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Beenden</translation>
    </message>
</context>
<context>
    <name>Message</name>
    <message>
        <source>Close this message</source>
        <translation>Diese Meldung schließen</translation>
    </message>
</context>
<context>
    <name>MessageBar</name>
    <message>
        <source>Message</source>
        <translation>Nachricht</translation>
    </message>
</context>
<context>
    <name>MessageDeeds</name>
    <message>
        <source>Play Again</source>
        <translation>Noch einmal abspielen</translation>
    </message>
    <message>
        <source>Ask Again</source>
        <translation>Noch einmal fragen</translation>
    </message>
    <message>
        <source>Ask Again With…</source>
        <translation>Noch einmal fragen mit…</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>The question and its answer were deleted.</source>
        <translation>Die Frage und ihre Antwort wurden gelöscht.</translation>
    </message>
    <message>
        <source>The answer was deleted.</source>
        <translation>Die Antwort wurde gelöscht.</translation>
    </message>
    <message>
        <source>This link leads to no web page, so it is not opened.</source>
        <translation>Dieser Link führt zu keiner Webseite und wird deshalb nicht geöffnet.</translation>
    </message>
    <message>
        <source>Open this page in the browser?</source>
        <translation>Diese Seite im Browser öffnen?</translation>
    </message>
    <message>
        <source>&amp;Open</source>
        <translation>Ö&amp;ffnen</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>A&amp;bbrechen</translation>
    </message>
    <message>
        <source>The page could not be opened.</source>
        <translation>Die Seite konnte nicht geöffnet werden.</translation>
    </message>
</context>
<context>
    <name>MessageTools</name>
    <message>
        <source>Copy code</source>
        <translation>Code kopieren</translation>
    </message>
</context>
<context>
    <name>Messages</name>
    <message>
        <source>Messages</source>
        <translation>Meldungen</translation>
    </message>
    <message>
        <source>Open Settings</source>
        <translation>Einstellungen öffnen</translation>
    </message>
</context>
<context>
    <name>MicrophoneStep</name>
    <message>
        <source>Your microphone</source>
        <translation>Ihr Mikrofon</translation>
    </message>
    <message>
        <source>Say a few words. The bars move when your microphone hears you.</source>
        <translation>Sagen Sie ein paar Worte. Die Balken bewegen sich, wenn Ihr Mikrofon Sie hört.</translation>
    </message>
    <message>
        <source>Microphone</source>
        <translation>Mikrofon</translation>
    </message>
    <message>
        <source>Hear Yourself</source>
        <translation>Sich selbst hören</translation>
    </message>
    <message>
        <source>Your microphone hears you.</source>
        <translation>Ihr Mikrofon hört Sie.</translation>
    </message>
    <message>
        <source>Say something now: it is recorded for three seconds…</source>
        <translation>Sagen Sie jetzt etwas: Drei Sekunden werden aufgenommen…</translation>
    </message>
    <message>
        <source>This is how you sound…</source>
        <translation>So klingen Sie…</translation>
    </message>
    <message>
        <source>Nothing was heard. Is it muted, or is another one the right one?</source>
        <translation>Nichts war zu hören. Ist es stumm, oder ist ein anderes das richtige?</translation>
    </message>
    <message>
        <source>That was cut short. Try it again.</source>
        <translation>Das wurde unterbrochen. Versuchen Sie es noch einmal.</translation>
    </message>
</context>
<context>
    <name>ModeSwitch</name>
    <message>
        <source>Realtime</source>
        <translation>Echtzeit</translation>
    </message>
    <message>
        <source>One speech model listens and answers. Sound goes both ways as it is made.</source>
        <translation>Ein Sprachmodell hört zu und antwortet. Ton geht in beide Richtungen, sobald er entsteht.</translation>
    </message>
    <message>
        <source>Classic</source>
        <translation>Klassisch</translation>
    </message>
    <message>
        <source>Your words are written down, a model answers in writing, a voice reads.</source>
        <translation>Ihre Worte werden mitgeschrieben, ein Modell antwortet schriftlich, eine Stimme liest vor.</translation>
    </message>
    <message>
        <source>Pipeline</source>
        <translation>Ablauf</translation>
    </message>
</context>
<context>
    <name>Notice</name>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation>Diese Meldung schließen</translation>
    </message>
</context>
<context>
    <name>QuestionField</name>
    <message>
        <source>or type a question</source>
        <translation>oder eine Frage tippen</translation>
    </message>
    <message>
        <source>Question</source>
        <translation>Frage</translation>
    </message>
    <message>
        <source>Send the question</source>
        <translation>Frage senden</translation>
    </message>
</context>
<context>
    <name>RetryBar</name>
    <message>
        <source>Try Again</source>
        <translation>Noch einmal</translation>
    </message>
    <message>
        <source>Ask the same once more (Ctrl+R)</source>
        <translation>Dasselbe noch einmal fragen (Strg+R)</translation>
    </message>
    <message>
        <source>Try Again With</source>
        <translation>Noch einmal mit</translation>
    </message>
    <message>
        <source>Have the other pipeline or another server answer, this and what you ask next</source>
        <translation>Den anderen Ablauf oder einen anderen Server antworten lassen, hierauf und auf die nächsten Fragen</translation>
    </message>
    <message>
        <source>All that was said and not answered (Ctrl+U)</source>
        <translation>Alles, was gesagt und nicht beantwortet wurde (Strg+U)</translation>
    </message>
    <message>
        <source>Your question is kept.</source>
        <translation>Ihre Frage ist aufgehoben.</translation>
    </message>
    <message>
        <source>VoiceDesk ended before it could answer. What you said ({seconds} s) is kept.</source>
        <translation>VoiceDesk endete, bevor es antworten konnte. Was Sie gesagt haben ({seconds} s), ist aufgehoben.</translation>
    </message>
    <message>
        <source>Show All {number}</source>
        <translation>Alle {number} zeigen</translation>
    </message>
    <message>
        <source>Show It</source>
        <translation>Zeigen</translation>
    </message>
</context>
<context>
    <name>ServerEditor</name>
    <message>
        <source>Server</source>
        <translation>Server</translation>
    </message>
    <message>
        <source>Add…</source>
        <translation>Hinzufügen …</translation>
    </message>
    <message>
        <source>Add a server</source>
        <translation>Einen Server hinzufügen</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Remove this server</source>
        <translation>Diesen Server entfernen</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>Adresse</translation>
    </message>
    <message>
        <source>Allow this server without encryption</source>
        <translation>Diesen Server unverschlüsselt zulassen</translation>
    </message>
    <message>
        <source>Server to set up</source>
        <translation>Server zum Einrichten</translation>
    </message>
    <message>
        <source>Test Connection…</source>
        <translation>Verbindung prüfen…</translation>
    </message>
    <message>
        <source>Test the connection</source>
        <translation>Die Verbindung prüfen</translation>
    </message>
    <message>
        <source>Realtime</source>
        <translation>Echtzeit</translation>
    </message>
    <message>
        <source>Transcribe</source>
        <translation>Mitschreiben</translation>
    </message>
    <message>
        <source>Think</source>
        <translation>Denken</translation>
    </message>
    <message>
        <source>Speak</source>
        <translation>Sprechen</translation>
    </message>
    <message>
        <source>Chosen for: {pages}.</source>
        <translation>Gewählt für: {pages}.</translation>
    </message>
    <message>
        <source>Chosen for nothing yet.</source>
        <translation>Noch für nichts gewählt.</translation>
    </message>
    <message>
        <source>Answer with This Server</source>
        <translation>Mit diesem Server antworten</translation>
    </message>
    <message>
        <source>Use for All Stages</source>
        <translation>Für alle Stufen verwenden</translation>
    </message>
    <message>
        <source>Runs on this computer, needs no key and no network. It knows a few skills; ask it for help to hear them.</source>
        <translation>Läuft auf diesem Computer, braucht weder Schlüssel noch Netz. Er kann ein paar Dinge; bitten Sie ihn um Hilfe, um sie zu hören.</translation>
    </message>
</context>
<context>
    <name>ServerStep</name>
    <message>
        <source>Who answers</source>
        <translation>Wer antwortet</translation>
    </message>
    <message>
        <source>Start with the built-in assistant, or enter the key of a server.</source>
        <translation>Beginnen Sie mit dem eingebauten Assistenten, oder geben Sie den Schlüssel eines Servers ein.</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>Server</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>Schlüssel</translation>
    </message>
    <message>
        <source>Test It</source>
        <translation>Testen</translation>
    </message>
    <message>
        <source>It runs on this computer, needs no key and no network, and knows a few skills.</source>
        <translation>Er läuft auf diesem Computer, braucht weder Schlüssel noch Netz und kann ein paar Dinge.</translation>
    </message>
    <message>
        <source>This desktop has no keychain: a key is kept until VoiceDesk ends.</source>
        <translation>Dieser Desktop hat keinen Schlüsselbund: Ein Schlüssel bleibt nur, bis VoiceDesk endet.</translation>
    </message>
    <message>
        <source>The key is stored in {place}, and goes to this server alone.</source>
        <translation>Der Schlüssel wird in {place} aufbewahrt und geht nur an diesen Server.</translation>
    </message>
    <message>
        <source>A key is set; enter another to replace it</source>
        <translation>Ein Schlüssel ist gesetzt; ein neuer ersetzt ihn</translation>
    </message>
    <message>
        <source>Connecting to {server}…</source>
        <translation>Verbindung mit {server}…</translation>
    </message>
    <message>
        <source>{server} is there and ready to answer.</source>
        <translation>{server} ist da und bereit zu antworten.</translation>
    </message>
    <message>
        <source>Built-in assistant</source>
        <translation>Eingebauter Assistent</translation>
    </message>
    <message>
        <source>The built-in assistant is ready to answer.</source>
        <translation>Der eingebaute Assistent ist bereit.</translation>
    </message>
</context>
<context>
    <name>ServerTestDialog</name>
    <message>
        <source>The model {model} is shut down on {day}. Choose another one in time.</source>
        <translation>Das Modell {model} wird abgeschaltet: {day}. Wählen Sie rechtzeitig ein anderes.</translation>
    </message>
    <message>
        <source>Test Connection</source>
        <translation>Verbindung prüfen</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>&amp;Models</source>
        <translation>&amp;Modelle</translation>
    </message>
    <message>
        <source>Test Again</source>
        <translation>Noch einmal prüfen</translation>
    </message>
    <message>
        <source>Copy Report</source>
        <translation>Bericht kopieren</translation>
    </message>
    <message>
        <source>Connecting…</source>
        <translation>Verbindung wird aufgebaut…</translation>
    </message>
    <message>
        <source>Realtime conversation</source>
        <translation>Gespräch in Echtzeit</translation>
    </message>
    <message>
        <source>Transcription while you talk</source>
        <translation>Mitschrift beim Sprechen</translation>
    </message>
    <message>
        <source>Transcription of recordings</source>
        <translation>Mitschrift von Aufnahmen</translation>
    </message>
    <message>
        <source>Thinking</source>
        <translation>Denken</translation>
    </message>
    <message>
        <source>Speech</source>
        <translation>Sprachausgabe</translation>
    </message>
    <message>
        <source>Trying what it offers…</source>
        <translation>Was er anbietet, wird ausprobiert…</translation>
    </message>
    <message>
        <source>The server works.</source>
        <translation>Der Server funktioniert.</translation>
    </message>
    <message>
        <source>Not everything works.</source>
        <translation>Nicht alles funktioniert.</translation>
    </message>
    <message>
        <source>Nothing was found there that VoiceDesk can use.</source>
        <translation>Dort wurde nichts gefunden, was VoiceDesk brauchen kann.</translation>
    </message>
    <message>
        <source>It answers in {time}.</source>
        <translation>Er antwortet in {time}.</translation>
    </message>
    <message>
        <source>Works with {model}, in {time}.</source>
        <translation>Funktioniert mit {model}, in {time}.</translation>
    </message>
    <message>
        <source>Is there. Choose a model for it, and test again.</source>
        <translation>Ist vorhanden. Wählen Sie ein Modell dafür und prüfen Sie noch einmal.</translation>
    </message>
    <message>
        <source>Not offered.</source>
        <translation>Wird nicht angeboten.</translation>
    </message>
    <message>
        <source>Not tried.</source>
        <translation>Nicht ausprobiert.</translation>
    </message>
    <message>
        <source>until {day}</source>
        <translation>bis {day}</translation>
    </message>
    <message>
        <source>Models: {names}</source>
        <translation>Modelle: {names}</translation>
    </message>
</context>
<context>
    <name>SettingRow</name>
    <message>
        <source>Set {name} back to the default</source>
        <translation>{name} auf den Standard zurücksetzen</translation>
    </message>
    <message>
        <source>Default: {value}.</source>
        <translation>Standard: {value}.</translation>
    </message>
</context>
<context>
    <name>Settings</name>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>A speech-to-speech model that this server offers.</source>
        <translation>Ein Sprachmodell, das dieser Server anbietet.</translation>
    </message>
    <message>
        <source>Voice</source>
        <translation>Stimme</translation>
    </message>
    <message>
        <source>The voice that answers.</source>
        <translation>Die Stimme, die antwortet.</translation>
    </message>
    <message>
        <source>Show what I said</source>
        <translation>Zeigen, was ich gesagt habe</translation>
    </message>
    <message>
        <source>The server writes your words down; it may charge for that.</source>
        <translation>Der Server schreibt Ihre Worte mit; das kann etwas kosten.</translation>
    </message>
    <message>
        <source>Pipeline</source>
        <translation>Ablauf</translation>
    </message>
    <message>
        <source>How answers are made</source>
        <translation>Wie Antworten entstehen</translation>
    </message>
    <message>
        <source>Realtime is the quickest. Classic lets you choose each stage: who writes down your words, who answers, and who speaks.</source>
        <translation>Echtzeit ist am schnellsten. Klassisch lässt Sie jede Stufe wählen: wer Ihre Worte mitschreibt, wer antwortet und wer spricht.</translation>
    </message>
    <message>
        <source>Realtime: one speech model listens and answers</source>
        <translation>Echtzeit: ein Sprachmodell hört zu und antwortet</translation>
    </message>
    <message>
        <source>Classic: transcribe, think, speak</source>
        <translation>Klassisch: mitschreiben, denken, sprechen</translation>
    </message>
    <message>
        <source>A soft tick while you wait</source>
        <translation>Ein leises Ticken, während Sie warten</translation>
    </message>
    <message>
        <source>When nothing has been heard for a little more than a second.</source>
        <translation>Wenn etwas mehr als eine Sekunde lang nichts zu hören war.</translation>
    </message>
    <message>
        <source>Say something short while you wait</source>
        <translation>Etwas Kurzes sagen, während Sie warten</translation>
    </message>
    <message>
        <source>A few words such as “One moment.” when it takes two seconds.</source>
        <translation>Ein paar Worte wie „Einen Moment.“, wenn es zwei Sekunden dauert.</translation>
    </message>
    <message>
        <source>Talk</source>
        <translation>Sprechtaste</translation>
    </message>
    <message>
        <source>Talk key</source>
        <translation>Sprechtaste</translation>
    </message>
    <message>
        <source>It works anywhere in this window. The space bar types a space where you type.</source>
        <translation>Sie wirkt überall in diesem Fenster. Wo Sie tippen, schreibt die Leertaste ein Leerzeichen.</translation>
    </message>
    <message>
        <source>Space</source>
        <translation>Leertaste</translation>
    </message>
    <message>
        <source>Insert</source>
        <translation>Einfg</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>Scroll Lock</source>
        <translation>Rollen</translation>
    </message>
    <message>
        <source>push to talk, PTT, hotkey, shortcut, space bar, keyboard</source>
        <translation>Push-to-talk, PTT, Hotkey, Tastenkürzel, Kurzbefehl, Leertaste, Tastatur</translation>
    </message>
    <message>
        <source>How to press it</source>
        <translation>Wie man sie drückt</translation>
    </message>
    <message>
        <source>Hold to talk, or tap to begin and to end</source>
        <translation>Halten, oder antippen für Anfang und Ende</translation>
    </message>
    <message>
        <source>Hold to talk</source>
        <translation>Halten zum Sprechen</translation>
    </message>
    <message>
        <source>Tap to begin, tap to end</source>
        <translation>Antippen für Anfang und Ende</translation>
    </message>
    <message>
        <source>push to talk, toggle, hold, tap, hands free</source>
        <translation>Push-to-talk, umschalten, halten, tippen, freihändig</translation>
    </message>
    <message>
        <source>A shorter press keeps listening until the next one.</source>
        <translation>Nach einem kürzeren Druck wird bis zum nächsten zugehört.</translation>
    </message>
    <message>
        <source>toggle, click, press</source>
        <translation>umschalten, klicken, drücken</translation>
    </message>
    <message>
        <source>Keep recording after release</source>
        <translation>Nach dem Loslassen weiter aufnehmen</translation>
    </message>
    <message>
        <source>So that your last word is whole.</source>
        <translation>Damit Ihr letztes Wort ganz ist.</translation>
    </message>
    <message>
        <source>tail, cut off, end, release</source>
        <translation>Nachlauf, abgeschnitten, Ende, loslassen</translation>
    </message>
    <message>
        <source>Include sound from before the press</source>
        <translation>Ton von vor dem Drücken mitnehmen</translation>
    </message>
    <message>
        <source>So that your first word is whole.</source>
        <translation>Damit Ihr erstes Wort ganz ist.</translation>
    </message>
    <message>
        <source>pre-roll, cut off, beginning, buffer</source>
        <translation>Vorlauf, abgeschnitten, Anfang, Puffer</translation>
    </message>
    <message>
        <source>Longest tap</source>
        <translation>Längstes Antippen</translation>
    </message>
    <message>
        <source>Longest recording</source>
        <translation>Längste Aufnahme</translation>
    </message>
    <message>
        <source>Recording ends by itself after this time.</source>
        <translation>Die Aufnahme endet nach dieser Zeit von selbst.</translation>
    </message>
    <message>
        <source>limit, maximum, timeout</source>
        <translation>Grenze, Höchstdauer, Zeitlimit</translation>
    </message>
    <message>
        <source>Soft sounds when recording begins and ends</source>
        <translation>Leise Töne, wenn die Aufnahme beginnt und endet</translation>
    </message>
    <message>
        <source>And when something fails. They are never part of what is recorded.</source>
        <translation>Und wenn etwas misslingt. Sie sind nie Teil der Aufnahme.</translation>
    </message>
    <message>
        <source>cue, beep, signal, start, stop, error, tone</source>
        <translation>Signalton, Piepen, Ton, Start, Stopp, Fehler, Klang</translation>
    </message>
    <message>
        <source>Sound</source>
        <translation>Ton</translation>
    </message>
    <message>
        <source>Microphone</source>
        <translation>Mikrofon</translation>
    </message>
    <message>
        <source>input, headset, recording, mic, device</source>
        <translation>Eingang, Kopfhörer, Headset, Aufnahme, Mikro, Gerät</translation>
    </message>
    <message>
        <source>Speaker</source>
        <translation>Lautsprecher</translation>
    </message>
    <message>
        <source>output, headphones, playback, loudspeaker, device</source>
        <translation>Ausgang, Kopfhörer, Wiedergabe, Box, Gerät</translation>
    </message>
    <message>
        <source>Volume of the answers</source>
        <translation>Lautstärke der Antworten</translation>
    </message>
    <message>
        <source>loud, quiet, loudness</source>
        <translation>laut, leise, Lautheit</translation>
    </message>
    <message>
        <source>Take answers out of what is recorded</source>
        <translation>Antworten aus der Aufnahme nehmen</translation>
    </message>
    <message>
        <source>When you talk into an answer that comes from loudspeakers.</source>
        <translation>Wenn Sie in eine Antwort hineinsprechen, die aus Lautsprechern kommt.</translation>
    </message>
    <message>
        <source>Unless the speaker is headphones</source>
        <translation>Außer bei Kopfhörern</translation>
    </message>
    <message>
        <source>Always</source>
        <translation>Immer</translation>
    </message>
    <message>
        <source>Never</source>
        <translation>Nie</translation>
    </message>
    <message>
        <source>echo cancellation, AEC, feedback, loudspeaker, headphones, interrupt</source>
        <translation>Echo, Echounterdrückung, AEC, Rückkopplung, Lautsprecher, Kopfhörer, unterbrechen</translation>
    </message>
    <message>
        <source>Try it</source>
        <translation>Ausprobieren</translation>
    </message>
    <message>
        <source>test, level, meter, hear yourself, check</source>
        <translation>Test, Pegel, Aussteuerung, sich hören, prüfen</translation>
    </message>
    <message>
        <source>mode, chain, engine, realtime, classic</source>
        <translation>Modus, Kette, Echtzeit, klassisch</translation>
    </message>
    <message>
        <source>sound, silence, waiting, delay</source>
        <translation>Ton, Stille, Warten, Verzögerung</translation>
    </message>
    <message>
        <source>filler, phrase, waiting, delay</source>
        <translation>Füllwort, Füllwörter, Floskel, Warten, Überbrücken, Verzögerung</translation>
    </message>
    <message>
        <source>Servers</source>
        <translation>Server</translation>
    </message>
    <message>
        <source>Servers and keys</source>
        <translation>Server und Schlüssel</translation>
    </message>
    <message>
        <source>API key, token, password, address, URL, provider, account, OpenAI, local, add, remove, encryption</source>
        <translation>API-Schlüssel, Token, Passwort, Adresse, URL, Anbieter, Konto, OpenAI, lokal, hinzufügen, entfernen, Verschlüsselung</translation>
    </message>
    <message>
        <source>Assistant</source>
        <translation>Assistent</translation>
    </message>
    <message>
        <source>Instructions</source>
        <translation>Anweisungen</translation>
    </message>
    <message>
        <source>What the assistant is told about its part, before you talk.</source>
        <translation>Was dem Assistenten über seine Aufgabe gesagt wird, bevor Sie sprechen.</translation>
    </message>
    <message>
        <source>system prompt, personality, role, behaviour</source>
        <translation>System-Prompt, Anleitung, Persönlichkeit, Rolle, Verhalten</translation>
    </message>
    <message>
        <source>functions, timer, alarm, notes, calculator, clipboard, links, time</source>
        <translation>Funktionen, Timer, Wecker, Notizen, Taschenrechner, Zwischenablage, Links, Uhrzeit</translation>
    </message>
    <message>
        <source>Privacy</source>
        <translation>Datenschutz</translation>
    </message>
    <message>
        <source>Keep conversations</source>
        <translation>Gespräche aufbewahren</translation>
    </message>
    <message>
        <source>On this computer only, to be found, read and continued later.</source>
        <translation>Nur auf diesem Computer, um sie später zu finden, zu lesen und fortzusetzen.</translation>
    </message>
    <message>
        <source>history, save, store, past, transcript</source>
        <translation>Verlauf, speichern, ablegen, früher, Mitschrift</translation>
    </message>
    <message>
        <source>Keep recordings of what I said</source>
        <translation>Aufnahmen von mir aufbewahren</translation>
    </message>
    <message>
        <source>On this computer only. One that was not answered is always kept until it is, so that nothing has to be said twice.</source>
        <translation>Nur auf diesem Computer. Eine unbeantwortete bleibt immer bis zur Antwort, damit nichts zweimal gesagt werden muss.</translation>
    </message>
    <message>
        <source>Not at all</source>
        <translation>Gar nicht</translation>
    </message>
    <message>
        <source>For a day</source>
        <translation>Einen Tag</translation>
    </message>
    <message>
        <source>For a week</source>
        <translation>Eine Woche</translation>
    </message>
    <message>
        <source>Keep them</source>
        <translation>Aufbewahren</translation>
    </message>
    <message>
        <source>What did not go on for so long is deleted for good, with its recordings.</source>
        <translation>Was so lange nicht weiterging, wird mit seinen Aufnahmen endgültig gelöscht.</translation>
    </message>
    <message>
        <source>For a month</source>
        <translation>Einen Monat</translation>
    </message>
    <message>
        <source>For a year</source>
        <translation>Ein Jahr</translation>
    </message>
    <message>
        <source>Until I delete them</source>
        <translation>Bis ich sie lösche</translation>
    </message>
    <message>
        <source>history, retention, delete, conversations, age</source>
        <translation>Verlauf, Aufbewahrung, löschen, Gespräche, Alter</translation>
    </message>
    <message>
        <source>takes, audio, sound files, retention, delete</source>
        <translation>Takes, Audio, Tondateien, Aufbewahrung, löschen</translation>
    </message>
    <message>
        <source>Most room for recordings</source>
        <translation>Höchstens so viel Platz für Aufnahmen</translation>
    </message>
    <message>
        <source>The oldest go first.</source>
        <translation>Die ältesten gehen zuerst.</translation>
    </message>
    <message>
        <source>disk, space, storage, size, limit</source>
        <translation>Festplatte, Speicherplatz, Größe, Grenze</translation>
    </message>
    <message>
        <source>Keep a log of troubles</source>
        <translation>Störungen in einer Datei festhalten</translation>
    </message>
    <message>
        <source>A file on this computer that helps to find faults. It holds no keys and nothing that was said.</source>
        <translation>Eine Datei auf diesem Computer, die bei der Fehlersuche hilft. Sie enthält keine Schlüssel und nichts Gesagtes.</translation>
    </message>
    <message>
        <source>logging, debug, diagnostics, report</source>
        <translation>Protokoll, Log, Diagnose, Bericht, Fehler</translation>
    </message>
    <message>
        <source>Tell me about new versions</source>
        <translation>Neue Versionen melden</translation>
    </message>
    <message>
        <source>Asks once a day, sends nothing else, and fetches nothing.</source>
        <translation>Fragt einmal am Tag nach, sendet sonst nichts und lädt nichts herunter.</translation>
    </message>
    <message>
        <source>update, upgrade, release, version, news</source>
        <translation>Aktualisierung, Update, Version, Neuigkeiten</translation>
    </message>
    <message>
        <source>Address of the list of versions</source>
        <translation>Adresse der Versionsliste</translation>
    </message>
    <message>
        <source>From whoever gave you VoiceDesk; it begins with https.</source>
        <translation>Von dem, der Ihnen VoiceDesk gegeben hat; sie beginnt mit https.</translation>
    </message>
    <message>
        <source>None: nobody is asked</source>
        <translation>Keine: niemand wird gefragt</translation>
    </message>
    <message>
        <source>update, release, URL, feed, server</source>
        <translation>Aktualisierung, Version, URL, Server</translation>
    </message>
    <message>
        <source>Look and language</source>
        <translation>Aussehen, Sprache</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>Farben</translation>
    </message>
    <message>
        <source>As the desktop</source>
        <translation>Wie der Desktop</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>theme, dark mode, light, night, look</source>
        <translation>Design, Thema, dunkler Modus, hell, Nacht, Aussehen</translation>
    </message>
    <message>
        <source>Language of the window</source>
        <translation>Sprache des Fensters</translation>
    </message>
    <message>
        <source>translation, locale, English, German, Deutsch</source>
        <translation>Übersetzung, Englisch, Deutsch</translation>
    </message>
    <message>
        <source>Text size</source>
        <translation>Textgröße</translation>
    </message>
    <message>
        <source>font, zoom, bigger, smaller, scale, larger</source>
        <translation>Schrift, Schriftgröße, Zoom, größer, kleiner, Skalierung</translation>
    </message>
    <message>
        <source>Light the words as they are spoken</source>
        <translation>Wörter hervorheben, während sie gesprochen werden</translation>
    </message>
    <message>
        <source>highlight, karaoke, dim, follow</source>
        <translation>markieren, Karaoke, abdunkeln, mitlesen</translation>
    </message>
    <message>
        <source>Less motion</source>
        <translation>Weniger Bewegung</translation>
    </message>
    <message>
        <source>Nothing slides, fades or pulses.</source>
        <translation>Nichts gleitet, verblasst oder pulsiert.</translation>
    </message>
    <message>
        <source>animation, accessibility, reduced motion, calm</source>
        <translation>Animation, Barrierefreiheit, reduzierte Bewegung, ruhig</translation>
    </message>
    <message>
        <source>Let the assistant use tools</source>
        <translation>Der Assistent darf Werkzeuge benutzen</translation>
    </message>
    <message>
        <source>What reads from or opens something on this computer asks you each time.</source>
        <translation>Was auf diesem Computer etwas liest oder öffnet, fragt Sie jedes Mal.</translation>
    </message>
    <message>
        <source>functions, actions, abilities, skills</source>
        <translation>Funktionen, Aktionen, Fähigkeiten</translation>
    </message>
    <message>
        <source>Tools it may use</source>
        <translation>Erlaubte Werkzeuge</translation>
    </message>
    <message>
        <source>Transcribe</source>
        <translation>Mitschreiben</translation>
    </message>
    <message>
        <source>How your words are written down</source>
        <translation>Wie Ihre Worte mitgeschrieben werden</translation>
    </message>
    <message>
        <source>The quickest way the server offers</source>
        <translation>So schnell, wie der Server es kann</translation>
    </message>
    <message>
        <source>While you talk</source>
        <translation>Während Sie sprechen</translation>
    </message>
    <message>
        <source>After you have talked, word by word</source>
        <translation>Nachdem Sie gesprochen haben, Wort für Wort</translation>
    </message>
    <message>
        <source>After you have talked, in one piece</source>
        <translation>Nachdem Sie gesprochen haben, in einem Stück</translation>
    </message>
    <message>
        <source>Transcription server</source>
        <translation>Server zum Mitschreiben</translation>
    </message>
    <message>
        <source>Model while you talk</source>
        <translation>Modell, während Sie sprechen</translation>
    </message>
    <message>
        <source>Writes while you are still talking.</source>
        <translation>Schreibt, noch während Sie sprechen.</translation>
    </message>
    <message>
        <source>Model for recordings</source>
        <translation>Modell für Aufnahmen</translation>
    </message>
    <message>
        <source>Writes after you have talked, and when the live way fails.</source>
        <translation>Schreibt, nachdem Sie gesprochen haben, und wenn es währenddessen nicht gelingt.</translation>
    </message>
    <message>
        <source>Language you speak</source>
        <translation>Sprache, die Sie sprechen</translation>
    </message>
    <message>
        <source>A code such as en or de. Empty: the server finds out.</source>
        <translation>Ein Kürzel wie en oder de. Leer: Der Server findet es heraus.</translation>
    </message>
    <message>
        <source>Found out by itself</source>
        <translation>Wird von selbst erkannt</translation>
    </message>
    <message>
        <source>Think</source>
        <translation>Denken</translation>
    </message>
    <message>
        <source>Thinking server</source>
        <translation>Server zum Denken</translation>
    </message>
    <message>
        <source>How the server is spoken to</source>
        <translation>Wie der Server angesprochen wird</translation>
    </message>
    <message>
        <source>What suits the server</source>
        <translation>Wie es zum Server passt</translation>
    </message>
    <message>
        <source>Chat Completions</source>
        <translation>Chat Completions</translation>
    </message>
    <message>
        <source>Responses</source>
        <translation>Responses</translation>
    </message>
    <message>
        <source>Agent server (events)</source>
        <translation>Agentenserver (Ereignisse)</translation>
    </message>
    <message>
        <source>Thinking model</source>
        <translation>Modell zum Denken</translation>
    </message>
    <message>
        <source>Answers in writing.</source>
        <translation>Antwortet schriftlich.</translation>
    </message>
    <message>
        <source>How much it thinks first</source>
        <translation>Wie lange es erst nachdenkt</translation>
    </message>
    <message>
        <source>More makes better answers that come later.</source>
        <translation>Mehr bringt bessere Antworten, die später kommen.</translation>
    </message>
    <message>
        <source>As the model does by itself</source>
        <translation>Wie das Modell es von sich aus tut</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Gar nicht</translation>
    </message>
    <message>
        <source>Minimal</source>
        <translation>Ganz kurz</translation>
    </message>
    <message>
        <source>Realtime</source>
        <translation>Echtzeit</translation>
    </message>
    <message>
        <source>Answers come from</source>
        <translation>Antworten kommen von</translation>
    </message>
    <message>
        <source>Keys and addresses are on the page Servers.</source>
        <translation>Schlüssel und Adressen stehen auf der Seite Server.</translation>
    </message>
    <message>
        <source>provider, host, OpenAI</source>
        <translation>Anbieter, Host, OpenAI</translation>
    </message>
    <message>
        <source>GPT, speech to speech</source>
        <translation>GPT, Sprache zu Sprache</translation>
    </message>
    <message>
        <source>speaker, TTS, sound of the voice</source>
        <translation>Sprecher, TTS, Klang der Stimme</translation>
    </message>
    <message>
        <source>effort, reasoning, thinking, quality</source>
        <translation>Nachdenken, Denkaufwand, Reasoning, Qualität</translation>
    </message>
    <message>
        <source>Low</source>
        <translation>Kurz</translation>
    </message>
    <message>
        <source>Medium</source>
        <translation>Mittel</translation>
    </message>
    <message>
        <source>High</source>
        <translation>Lange</translation>
    </message>
    <message>
        <source>Very high</source>
        <translation>Sehr lange</translation>
    </message>
    <message>
        <source>Noise reduction</source>
        <translation>Rauschunterdrückung</translation>
    </message>
    <message>
        <source>The server takes out what is not your voice.</source>
        <translation>Der Server nimmt heraus, was nicht Ihre Stimme ist.</translation>
    </message>
    <message>
        <source>background, hum, microphone, filter</source>
        <translation>Hintergrund, Rauschen, Brummen, Mikrofon, Filter</translation>
    </message>
    <message>
        <source>For a headset</source>
        <translation>Für ein Headset</translation>
    </message>
    <message>
        <source>For a microphone on the desk</source>
        <translation>Für ein Mikrofon auf dem Tisch</translation>
    </message>
    <message>
        <source>transcribe, transcript, captions, text</source>
        <translation>mitschreiben, Transkript, Untertitel, Text</translation>
    </message>
    <message>
        <source>Model that writes it down</source>
        <translation>Modell, das mitschreibt</translation>
    </message>
    <message>
        <source>speech to text, STT, whisper</source>
        <translation>Sprache zu Text, STT, Whisper</translation>
    </message>
    <message>
        <source>speech recognition, dictation</source>
        <translation>Spracherkennung, Diktat</translation>
    </message>
    <message>
        <source>speech recognition, speech to text, STT, dictation, live</source>
        <translation>Spracherkennung, Sprache zu Text, STT, Diktat, live</translation>
    </message>
    <message>
        <source>speech recognition, provider, host</source>
        <translation>Spracherkennung, Anbieter, Host</translation>
    </message>
    <message>
        <source>speech to text, STT</source>
        <translation>Sprache zu Text, STT</translation>
    </message>
    <message>
        <source>LLM, provider, host</source>
        <translation>LLM, Anbieter, Host</translation>
    </message>
    <message>
        <source>API, protocol, endpoint</source>
        <translation>API, Protokoll, Endpunkt</translation>
    </message>
    <message>
        <source>LLM, GPT, chat</source>
        <translation>LLM, GPT, Chat</translation>
    </message>
    <message>
        <source>Speak</source>
        <translation>Sprechen</translation>
    </message>
    <message>
        <source>Who speaks</source>
        <translation>Wer spricht</translation>
    </message>
    <message>
        <source>This computer: no network needed</source>
        <translation>Dieser Computer: ohne Netz</translation>
    </message>
    <message>
        <source>A server that reads text aloud</source>
        <translation>Ein Server, der Text vorliest</translation>
    </message>
    <message>
        <source>A realtime model that reads aloud</source>
        <translation>Ein Echtzeitmodell, das vorliest</translation>
    </message>
    <message>
        <source>TTS, text to speech, read aloud, offline</source>
        <translation>TTS, Text zu Sprache, vorlesen, offline</translation>
    </message>
    <message>
        <source>Speech server</source>
        <translation>Server zum Sprechen</translation>
    </message>
    <message>
        <source>TTS, text to speech, provider, host</source>
        <translation>TTS, Text zu Sprache, Anbieter, Host</translation>
    </message>
    <message>
        <source>Speech model</source>
        <translation>Modell zum Sprechen</translation>
    </message>
    <message>
        <source>TTS, text to speech</source>
        <translation>TTS, Text zu Sprache</translation>
    </message>
    <message>
        <source>Speaking voice</source>
        <translation>Stimme zum Sprechen</translation>
    </message>
    <message>
        <source>Empty: the one that the model or this computer uses by itself.</source>
        <translation>Leer: die, die das Modell oder dieser Computer von sich aus nimmt.</translation>
    </message>
    <message>
        <source>The usual one</source>
        <translation>Die übliche</translation>
    </message>
    <message>
        <source>Speed</source>
        <translation>Tempo</translation>
    </message>
    <message>
        <source>rate, pace, faster, slower, tempo</source>
        <translation>Geschwindigkeit, Tempo, schneller, langsamer</translation>
    </message>
    <message>
        <source>What is spoken in one go</source>
        <translation>Was in einem Zug gesprochen wird</translation>
    </message>
    <message>
        <source>Smaller pieces begin sooner, larger ones sound more natural.</source>
        <translation>Kleinere Stücke beginnen früher, größere klingen natürlicher.</translation>
    </message>
    <message>
        <source>Automatic: begins at once, then whole sentences</source>
        <translation>Automatisch: beginnt sofort, dann ganze Sätze</translation>
    </message>
    <message>
        <source>Words</source>
        <translation>Wörter</translation>
    </message>
    <message>
        <source>Phrases</source>
        <translation>Satzteile</translation>
    </message>
    <message>
        <source>Sentences</source>
        <translation>Sätze</translation>
    </message>
    <message>
        <source>pieces, chunking, sentences, latency, delay</source>
        <translation>Stücke, Stückelung, Abschnitte, Sätze, Latenz, Verzögerung</translation>
    </message>
    <message>
        <source>The talk key works in other windows</source>
        <translation>Die Sprechtaste wirkt auch in anderen Fenstern</translation>
    </message>
    <message>
        <source>Talk while you work in another program. Choose a key that does nothing there.</source>
        <translation>Zum Sprechen, während Sie in einem anderen Programm arbeiten. Wählen Sie dafür eine Taste, die dort nichts tut.</translation>
    </message>
    <message>
        <source>global, everywhere, background, hotkey, shortcut, system-wide, Wayland</source>
        <translation>global, überall, Hintergrund, Tastenkürzel, Hotkey, systemweit, Wayland</translation>
    </message>
    <message>
        <source>Not with the space bar, which writes in other windows. Choose another talk key first.</source>
        <translation>Nicht mit der Leertaste, die in anderen Fenstern schreibt. Wählen Sie zuerst eine andere Sprechtaste.</translation>
    </message>
    <message>
        <source>This desktop (Wayland) shows no program the keys of other windows. Have it run “voicedesk toggle” instead: its keyboard settings can give a key to a command. “voicedesk start” and “voicedesk stop” serve where a key-up can be given one too.</source>
        <translation>Diese Arbeitsumgebung (Wayland) zeigt keinem Programm die Tasten anderer Fenster. Lassen Sie sie stattdessen „voicedesk toggle“ ausführen: In ihren Tastatureinstellungen lässt sich einer Taste ein Befehl geben. „voicedesk start“ und „voicedesk stop“ helfen dort, wo auch das Loslassen einen bekommen kann.</translation>
    </message>
    <message>
        <source>It needs a part that is not installed: pip install &quot;voicedesk[hotkey]&quot;.</source>
        <translation>Dafür fehlt ein Teil, der noch nicht installiert ist: pip install &quot;voicedesk[hotkey]&quot;.</translation>
    </message>
</context>
<context>
    <name>SettingsDialog</name>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
</context>
<context>
    <name>SettingsSidebar</name>
    <message>
        <source>Pages</source>
        <translation>Seiten</translation>
    </message>
    <message>
        <source>Settings that were found</source>
        <translation>Gefundene Einstellungen</translation>
    </message>
    <message>
        <source>No setting is called that.</source>
        <translation>Keine Einstellung heißt so.</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>Search the settings</source>
        <translation>Einstellungen durchsuchen</translation>
    </message>
    <message>
        <source>Search, import and export</source>
        <translation>Suchen, importieren und exportieren</translation>
    </message>
    <message>
        <source>Import…</source>
        <translation>Importieren…</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>Exportieren…</translation>
    </message>
    <message>
        <source>{page}, depends on “{setting}”</source>
        <translation>{page}, hängt ab von „{setting}“</translation>
    </message>
</context>
<context>
    <name>SettingsTransfer</name>
    <message>
        <source>Import Settings</source>
        <translation>Einstellungen importieren</translation>
    </message>
    <message>
        <source>Export Settings</source>
        <translation>Einstellungen exportieren</translation>
    </message>
    <message>
        <source>Settings (*.json)</source>
        <translation>Einstellungen (*.json)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>Alle Dateien (*)</translation>
    </message>
    <message>
        <source>The settings of {name} are in use now. Keys are not part of them.</source>
        <translation>Jetzt gelten die Einstellungen aus {name}. Schlüssel gehören nicht dazu.</translation>
    </message>
    <message>
        <source>The settings were written to {name}, without keys.</source>
        <translation>Die Einstellungen stehen jetzt in {name}, ohne Schlüssel.</translation>
    </message>
    <message>
        <source>The settings are as they were.</source>
        <translation>Die Einstellungen sind wieder wie zuvor.</translation>
    </message>
</context>
<context>
    <name>ShortcutsDialog</name>
    <message>
        <source>Keyboard Shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
    <message>
        <source>Talk; let go to send</source>
        <translation>Sprechen; Loslassen sendet</translation>
    </message>
    <message>
        <source>Keep listening; tap again to send</source>
        <translation>Weiter zuhören; nochmals antippen sendet</translation>
    </message>
    <message>
        <source>Hold {key}</source>
        <translation>„{key}“ halten</translation>
    </message>
    <message>
        <source>Tap {key}</source>
        <translation>„{key}“ antippen</translation>
    </message>
    <message>
        <source>Interrupt it and talk</source>
        <translation>Unterbrechen und sprechen</translation>
    </message>
    <message>
        <source>{key} during an answer</source>
        <translation>„{key}“ während einer Antwort</translation>
    </message>
    <message>
        <source>Esc</source>
        <translation>Esc</translation>
    </message>
    <message>
        <source>Cancel what you are saying, or stop the answer</source>
        <translation>Abbrechen, was Sie sagen, oder die Antwort anhalten</translation>
    </message>
    <message>
        <source>Ctrl+L</source>
        <translation>Strg+L</translation>
    </message>
    <message>
        <source>Type a question; Enter sends it</source>
        <translation>Eine Frage tippen; Eingabe sendet sie</translation>
    </message>
    <message>
        <source>Ctrl+R</source>
        <translation>Strg+R</translation>
    </message>
    <message>
        <source>Ask again what was not answered</source>
        <translation>Nochmals fragen, was unbeantwortet blieb</translation>
    </message>
    <message>
        <source>Ctrl+U</source>
        <translation>Strg+U</translation>
    </message>
    <message>
        <source>All that was said and not answered</source>
        <translation>Alles, was gesagt und nicht beantwortet wurde</translation>
    </message>
    <message>
        <source>Ctrl+Z</source>
        <translation>Strg+Z</translation>
    </message>
    <message>
        <source>Take back a cancel, or a message that was deleted</source>
        <translation>Einen Abbruch oder eine gelöschte Nachricht zurücknehmen</translation>
    </message>
    <message>
        <source>Ctrl+N</source>
        <translation>Strg+N</translation>
    </message>
    <message>
        <source>Begin a new conversation</source>
        <translation>Ein neues Gespräch beginnen</translation>
    </message>
    <message>
        <source>Ctrl+H</source>
        <translation>Strg+H</translation>
    </message>
    <message>
        <source>Earlier conversations</source>
        <translation>Frühere Gespräche</translation>
    </message>
    <message>
        <source>Ctrl+M</source>
        <translation>Strg+M</translation>
    </message>
    <message>
        <source>Switch between realtime and classic</source>
        <translation>Zwischen Echtzeit und Klassisch wechseln</translation>
    </message>
    <message>
        <source>Ctrl+T</source>
        <translation>Strg+T</translation>
    </message>
    <message>
        <source>Where the time of an answer went</source>
        <translation>Wohin die Zeit einer Antwort ging</translation>
    </message>
    <message>
        <source>Ctrl+C</source>
        <translation>Strg+C</translation>
    </message>
    <message>
        <source>Copy what is selected in the conversation</source>
        <translation>Kopieren, was im Gespräch markiert ist</translation>
    </message>
    <message>
        <source>Alt+Up, Alt+Down</source>
        <translation>Alt+Auf, Alt+Ab</translation>
    </message>
    <message>
        <source>Choose a message; Tab leads to its buttons</source>
        <translation>Eine Nachricht wählen; Tab führt zu ihren Knöpfen</translation>
    </message>
    <message>
        <source>Ctrl+K</source>
        <translation>Strg+K</translation>
    </message>
    <message>
        <source>A small window in front of all others, or the whole one</source>
        <translation>Ein kleines Fenster vor allen anderen, oder das ganze</translation>
    </message>
    <message>
        <source>Ctrl+Shift+M</source>
        <translation>Strg+Umschalt+M</translation>
    </message>
    <message>
        <source>Mute the answers, or let them sound</source>
        <translation>Antworten stummschalten oder hören</translation>
    </message>
    <message>
        <source>Ctrl+,</source>
        <translation>Strg+,</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>F1</source>
        <translation>F1</translation>
    </message>
    <message>
        <source>This list</source>
        <translation>Diese Liste</translation>
    </message>
    <message>
        <source>Ctrl+Q</source>
        <translation>Strg+Q</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Beenden</translation>
    </message>
</context>
<context>
    <name>SoundTestPanel</name>
    <message>
        <source>Try it</source>
        <translation>Ausprobieren</translation>
    </message>
    <message>
        <source>Hear Yourself</source>
        <translation>Sich selbst hören</translation>
    </message>
    <message>
        <source>Play a Sound</source>
        <translation>Ton abspielen</translation>
    </message>
    <message>
        <source>Speak, and the bars move. Hear Yourself listens for three seconds.</source>
        <translation>Sprechen Sie, und die Balken bewegen sich. „Sich selbst hören“ nimmt drei Sekunden auf.</translation>
    </message>
    <message>
        <source>Say something now…</source>
        <translation>Sagen Sie jetzt etwas…</translation>
    </message>
    <message>
        <source>You should hear it now…</source>
        <translation>Jetzt sollten Sie es hören…</translation>
    </message>
    <message>
        <source>If you heard nothing, choose another speaker or turn it up.</source>
        <translation>Wenn Sie nichts gehört haben, wählen Sie einen anderen Lautsprecher oder stellen Sie ihn lauter.</translation>
    </message>
    <message>
        <source>The microphone heard nothing. Choose another one, or look whether it is muted.</source>
        <translation>Das Mikrofon hat nichts gehört. Wählen Sie ein anderes, oder sehen Sie nach, ob es stumm ist.</translation>
    </message>
    <message>
        <source>That was cut short because you talked. Try again.</source>
        <translation>Das wurde abgebrochen, weil Sie gesprochen haben. Versuchen Sie es noch einmal.</translation>
    </message>
</context>
<context>
    <name>SpeakerStep</name>
    <message>
        <source>Your speaker</source>
        <translation>Ihr Lautsprecher</translation>
    </message>
    <message>
        <source>Play a few notes to hear where the answers will come from.</source>
        <translation>Spielen Sie ein paar Töne, um zu hören, woher die Antworten kommen werden.</translation>
    </message>
    <message>
        <source>Speaker</source>
        <translation>Lautsprecher</translation>
    </message>
    <message>
        <source>Play a Sound</source>
        <translation>Ton abspielen</translation>
    </message>
    <message>
        <source>I Heard It</source>
        <translation>Ich habe ihn gehört</translation>
    </message>
    <message>
        <source>Your speaker works.</source>
        <translation>Ihr Lautsprecher funktioniert.</translation>
    </message>
    <message>
        <source>It is playing now…</source>
        <translation>Jetzt ist er zu hören…</translation>
    </message>
    <message>
        <source>Did you hear it? If not, turn it up or choose another speaker.</source>
        <translation>Haben Sie ihn gehört? Wenn nicht, stellen Sie lauter oder wählen Sie einen anderen Lautsprecher.</translation>
    </message>
    <message>
        <source>That was cut short. Try it again.</source>
        <translation>Das wurde unterbrochen. Versuchen Sie es noch einmal.</translation>
    </message>
</context>
<context>
    <name>Status</name>
    <message>
        <source>Ready</source>
        <translation>Bereit</translation>
    </message>
    <message>
        <source>Listening</source>
        <translation>Hört zu</translation>
    </message>
    <message>
        <source>Thinking</source>
        <translation>Denkt</translation>
    </message>
    <message>
        <source>Speaking</source>
        <translation>Spricht</translation>
    </message>
    <message>
        <source>Connecting</source>
        <translation>Verbindet</translation>
    </message>
    <message>
        <source>Reconnecting</source>
        <translation>Verbindet neu</translation>
    </message>
    <message>
        <source>Offline</source>
        <translation>Getrennt</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>Reconnecting in {} s</source>
        <translation>Verbindet neu in {} s</translation>
    </message>
</context>
<context>
    <name>StatusView</name>
    <message>
        <source>Status</source>
        <translation>Zustand</translation>
    </message>
</context>
<context>
    <name>SwitchEditor</name>
    <message>
        <source>on</source>
        <translation>an</translation>
    </message>
    <message>
        <source>off</source>
        <translation>aus</translation>
    </message>
</context>
<context>
    <name>TalkButton</name>
    <message>
        <source>Talk</source>
        <translation>Sprechen</translation>
    </message>
    <message>
        <source>Hold to talk and let go to send. A short press keeps listening until the next.</source>
        <translation>Zum Sprechen halten, zum Senden loslassen. Ein kurzer Druck hört weiter zu, bis zum nächsten.</translation>
    </message>
    <message>
        <source>Hold it, or hold {key}, and talk. A short press keeps listening. Esc cancels.</source>
        <translation>Halten Sie den Knopf oder „{key}“ und sprechen Sie. Nach einem kurzen Druck wird weiter zugehört. Esc bricht ab.</translation>
    </message>
    <message>
        <source>Press to send</source>
        <translation>Drücken zum Senden</translation>
    </message>
    <message>
        <source>Let go to send</source>
        <translation>Loslassen zum Senden</translation>
    </message>
    <message>
        <source>Hold to interrupt</source>
        <translation>Halten zum Unterbrechen</translation>
    </message>
    <message>
        <source>Hold to talk</source>
        <translation>Halten zum Sprechen</translation>
    </message>
</context>
<context>
    <name>TalkStep</name>
    <message>
        <source>Your first question</source>
        <translation>Ihre erste Frage</translation>
    </message>
    <message>
        <source>Tap {key}, ask “What time is it?”, and tap {key} again.</source>
        <translation>Tippen Sie {key} an, fragen Sie „Wie spät ist es?“, und tippen Sie {key} noch einmal an.</translation>
    </message>
    <message>
        <source>Hold {key}, ask “What time is it?”, and let go.</source>
        <translation>Halten Sie {key}, fragen Sie „Wie spät ist es?“, und lassen Sie los.</translation>
    </message>
    <message>
        <source>You: {words}</source>
        <translation>Sie: {words}</translation>
    </message>
    <message>
        <source>Answer: {words}</source>
        <translation>Antwort: {words}</translation>
    </message>
    <message>
        <source>Listening…</source>
        <translation>Hört zu…</translation>
    </message>
    <message>
        <source>Your question is on its way…</source>
        <translation>Ihre Frage ist unterwegs…</translation>
    </message>
    <message>
        <source>Here is the answer…</source>
        <translation>Hier ist die Antwort…</translation>
    </message>
    <message>
        <source>That was your first turn. Everything works.</source>
        <translation>Das war Ihre erste Frage. Alles funktioniert.</translation>
    </message>
</context>
<context>
    <name>ToolChoiceEditor</name>
    <message>
        <source>all of them</source>
        <translation>alle</translation>
    </message>
</context>
<context>
    <name>Tools</name>
    <message>
        <source>Time</source>
        <translation>Uhrzeit</translation>
    </message>
    <message>
        <source>Looking up the time…</source>
        <translation>Sieht auf die Uhr …</translation>
    </message>
    <message>
        <source>Looked up the time</source>
        <translation>Auf die Uhr gesehen</translation>
    </message>
    <message>
        <source>Calculator</source>
        <translation>Rechner</translation>
    </message>
    <message>
        <source>Calculating…</source>
        <translation>Rechnet …</translation>
    </message>
    <message>
        <source>Calculated</source>
        <translation>Gerechnet</translation>
    </message>
    <message>
        <source>Units</source>
        <translation>Einheiten</translation>
    </message>
    <message>
        <source>Converting units…</source>
        <translation>Rechnet Einheiten um …</translation>
    </message>
    <message>
        <source>Converted units</source>
        <translation>Einheiten umgerechnet</translation>
    </message>
    <message>
        <source>Timer</source>
        <translation>Timer</translation>
    </message>
    <message>
        <source>Setting a timer…</source>
        <translation>Stellt einen Timer …</translation>
    </message>
    <message>
        <source>Set a timer</source>
        <translation>Timer gestellt</translation>
    </message>
    <message>
        <source>Timers</source>
        <translation>Timer</translation>
    </message>
    <message>
        <source>Looking at the timers…</source>
        <translation>Sieht nach den Timern …</translation>
    </message>
    <message>
        <source>Looked at the timers</source>
        <translation>Nach den Timern gesehen</translation>
    </message>
    <message>
        <source>Stopping a timer…</source>
        <translation>Hält einen Timer an …</translation>
    </message>
    <message>
        <source>Stopped a timer</source>
        <translation>Timer angehalten</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Notiz</translation>
    </message>
    <message>
        <source>Writing a note…</source>
        <translation>Schreibt eine Notiz …</translation>
    </message>
    <message>
        <source>Wrote a note</source>
        <translation>Notiz geschrieben</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>Notizen</translation>
    </message>
    <message>
        <source>Looking at the notes…</source>
        <translation>Sieht in die Notizen …</translation>
    </message>
    <message>
        <source>Looked at the notes</source>
        <translation>In die Notizen gesehen</translation>
    </message>
    <message>
        <source>Clipboard</source>
        <translation>Zwischenablage</translation>
    </message>
    <message>
        <source>Reading the clipboard…</source>
        <translation>Liest die Zwischenablage …</translation>
    </message>
    <message>
        <source>Read the clipboard</source>
        <translation>Zwischenablage gelesen</translation>
    </message>
    <message>
        <source>Link</source>
        <translation>Link</translation>
    </message>
    <message>
        <source>Opening a link…</source>
        <translation>Öffnet einen Link …</translation>
    </message>
    <message>
        <source>Opened a link</source>
        <translation>Link geöffnet</translation>
    </message>
    <message>
        <source>Tell the time</source>
        <translation>Die Uhrzeit sagen</translation>
    </message>
    <message>
        <source>Calculate</source>
        <translation>Rechnen</translation>
    </message>
    <message>
        <source>Convert units</source>
        <translation>Einheiten umrechnen</translation>
    </message>
    <message>
        <source>Set timers</source>
        <translation>Timer stellen</translation>
    </message>
    <message>
        <source>Keep notes</source>
        <translation>Notizen führen</translation>
    </message>
    <message>
        <source>Read the clipboard (asks each time)</source>
        <translation>Die Zwischenablage lesen (fragt jedes Mal)</translation>
    </message>
    <message>
        <source>Open links (asks each time)</source>
        <translation>Links öffnen (fragt jedes Mal)</translation>
    </message>
    <message>
        <source>Tool</source>
        <translation>Werkzeug</translation>
    </message>
    <message>
        <source>Using a tool: {name}…</source>
        <translation>Benutzt ein Werkzeug: {name} …</translation>
    </message>
    <message>
        <source>Used a tool: {name}</source>
        <translation>Werkzeug benutzt: {name}</translation>
    </message>
    <message>
        <source>{name}: did not work</source>
        <translation>{name}: hat nicht geklappt</translation>
    </message>
    <message>
        <source>{name}: not allowed</source>
        <translation>{name}: nicht erlaubt</translation>
    </message>
    <message>
        <source>{name}: stopped</source>
        <translation>{name}: angehalten</translation>
    </message>
</context>
<context>
    <name>Transcript</name>
    <message>
        <source>Conversation</source>
        <translation>Gespräch</translation>
    </message>
    <message>
        <source>Show the latest words</source>
        <translation>Die neuesten Worte zeigen</translation>
    </message>
    <message>
        <source>Hold {key} and talk, or type a question.</source>
        <translation>Halten Sie „{key}“ und sprechen Sie, oder tippen Sie eine Frage.</translation>
    </message>
    <message>
        <source>Copy Message</source>
        <translation>Nachricht kopieren</translation>
    </message>
    <message>
        <source>Copy Code: {}</source>
        <translation>Code kopieren: {}</translation>
    </message>
    <message>
        <source>Open Link: {}</source>
        <translation>Link öffnen: {}</translation>
    </message>
    <message>
        <source>Open Settings</source>
        <translation>Einstellungen öffnen</translation>
    </message>
    <message>
        <source>You</source>
        <translation>Sie</translation>
    </message>
    <message>
        <source>VoiceDesk</source>
        <translation>VoiceDesk</translation>
    </message>
    <message>
        <source>interrupted</source>
        <translation>unterbrochen</translation>
    </message>
    <message>
        <source>(spoken)</source>
        <translation>(gesprochen)</translation>
    </message>
    <message>
        <source>(not transcribed)</source>
        <translation>(nicht mitgeschrieben)</translation>
    </message>
    <message>
        <source>(no words)</source>
        <translation>(keine Worte)</translation>
    </message>
    <message>
        <source>[not heard: {}]</source>
        <translation>[nicht gehört: {}]</translation>
    </message>
</context>
<context>
    <name>Tray</name>
    <message>
        <source>VoiceDesk: {}</source>
        <translation>VoiceDesk: {}</translation>
    </message>
    <message>
        <source>Hide the Window</source>
        <translation>Fenster ausblenden</translation>
    </message>
    <message>
        <source>Show the Window</source>
        <translation>Fenster zeigen</translation>
    </message>
</context>
<context>
    <name>TurnView</name>
    <message>
        <source>Time to the first sound</source>
        <translation>Zeit bis zum ersten Ton</translation>
    </message>
    <message>
        <source>Why was that slow or choppy?</source>
        <translation>Warum war das langsam oder stockend?</translation>
    </message>
</context>
<context>
    <name>Unanswered</name>
    <message>
        <source>Not understood yet</source>
        <translation>Noch nicht verstanden</translation>
    </message>
    <message>
        <source>{} s</source>
        <translation>{} s</translation>
    </message>
    <message>
        <source>VoiceDesk ended before there was an answer.</source>
        <translation>VoiceDesk endete, bevor eine Antwort kam.</translation>
    </message>
    <message>
        <source>You cancelled it.</source>
        <translation>Sie haben es abgebrochen.</translation>
    </message>
    <message>
        <source>There was no answer.</source>
        <translation>Es kam keine Antwort.</translation>
    </message>
</context>
<context>
    <name>UnansweredDialog</name>
    <message>
        <source>Unanswered</source>
        <translation>Unbeantwortet</translation>
    </message>
    <message>
        <source>Unanswered recordings</source>
        <translation>Unbeantwortete Aufnahmen</translation>
    </message>
    <message>
        <source>Everything you said has been answered.</source>
        <translation>Alles, was Sie gesagt haben, ist beantwortet.</translation>
    </message>
    <message>
        <source>Answered &amp;by</source>
        <translation>Es &amp;antwortet</translation>
    </message>
    <message>
        <source>Answered by</source>
        <translation>Es antwortet</translation>
    </message>
    <message>
        <source>Who answers this, and what you ask next</source>
        <translation>Wer hierauf antwortet, und auf die nächsten Fragen</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>Abspielen</translation>
    </message>
    <message>
        <source>Try Again</source>
        <translation>Noch einmal</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>Delete All</source>
        <translation>Alle löschen</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>You are talking just now. Try again when that is done.</source>
        <translation>Sie sprechen gerade. Versuchen Sie es danach noch einmal.</translation>
    </message>
    <message>
        <source>Delete this recording for good?</source>
        <translation>Diese Aufnahme endgültig löschen?</translation>
    </message>
    <message>
        <source>Delete all recordings that were not answered, for good?</source>
        <translation>Alle unbeantworteten Aufnahmen endgültig löschen?</translation>
    </message>
    <message>
        <source>The recording was deleted.</source>
        <translation>Die Aufnahme wurde gelöscht.</translation>
    </message>
    <message>
        <source>The recordings were deleted.</source>
        <translation>Die Aufnahmen wurden gelöscht.</translation>
    </message>
</context>
<context>
    <name>UndoBar</name>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Undo (Ctrl+Z)</source>
        <translation>Rückgängig (Strg+Z)</translation>
    </message>
    <message>
        <source>{what} Ctrl+Z undoes it.</source>
        <translation>{what} Strg+Z macht es rückgängig.</translation>
    </message>
</context>
<context>
    <name>Updates</name>
    <message>
        <source>VoiceDesk {version} is there; this is {current}. You find it at {page}</source>
        <translation>VoiceDesk {version} ist da; dies ist {current}. Zu finden unter {page}</translation>
    </message>
    <message>
        <source>Open Page</source>
        <translation>Seite öffnen</translation>
    </message>
    <message>
        <source>It cannot be told whether there is a newer VoiceDesk: what is at the address in the settings is no list of versions. Check the address, or switch this off.</source>
        <translation>Ob es ein neueres VoiceDesk gibt, ist nicht zu erfahren: Unter der Adresse in den Einstellungen steht keine Versionsliste. Prüfen Sie die Adresse oder schalten Sie das ab.</translation>
    </message>
    <message>
        <source>Open Settings</source>
        <translation>Einstellungen öffnen</translation>
    </message>
</context>
<context>
    <name>Waterfall</name>
    <message>
        <source>Where the time went</source>
        <translation>Wo die Zeit blieb</translation>
    </message>
</context>
<context>
    <name>WaterfallView</name>
    <message>
        <source>Steps of this answer</source>
        <translation>Schritte dieser Antwort</translation>
    </message>
</context>
<context>
    <name>WaysBack</name>
    <message>
        <source>Your question was cancelled. It is kept.</source>
        <translation>Ihre Frage wurde abgebrochen. Sie ist aufgehoben.</translation>
    </message>
    <message>
        <source>What can be had back</source>
        <translation>Was sich zurückholen lässt</translation>
    </message>
    <message>
        <source>Unanswered ({number})…</source>
        <translation>Unbeantwortet ({number})…</translation>
    </message>
    <message>
        <source>Unanswered…</source>
        <translation>Unbeantwortet…</translation>
    </message>
    <message>
        <source>Try Again</source>
        <translation>Noch einmal</translation>
    </message>
</context>
<context>
    <name>WindowModes</name>
    <message>
        <source>Compact Window</source>
        <translation>Kleines Fenster</translation>
    </message>
    <message>
        <source>Mute Answers</source>
        <translation>Antworten stummschalten</translation>
    </message>
    <message>
        <source>The window is compact</source>
        <translation>Das Fenster ist klein</translation>
    </message>
    <message>
        <source>The window is whole</source>
        <translation>Das ganze Fenster ist zu sehen</translation>
    </message>
    <message>
        <source>Answers are muted</source>
        <translation>Antworten sind stumm</translation>
    </message>
    <message>
        <source>Answers sound again</source>
        <translation>Antworten sind wieder zu hören</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Beenden</translation>
    </message>
</context>
<context>
    <name>WordsEditor</name>
    <message>
        <source>the text that VoiceDesk comes with</source>
        <translation>der Text, den VoiceDesk mitbringt</translation>
    </message>
</context>
<context>
    <name>_BoxEditor</name>
    <message>
        <source>{name} (default)</source>
        <translation>{name} (Standard)</translation>
    </message>
</context>
</TS>
