; The installer for Windows, by Inno Setup 6: iscc /DVersion=1.2.3 packaging\windows\voicedesk.iss
; For the user who runs it alone: no administrator is asked, nothing is written outside of the user's own folders.
#ifndef Version
  #error Give the version: /DVersion=1.2.3
#endif

[Setup]
AppId={{6B1C8E0E-2B1D-4C6F-9C57-7E5B0E6E3D11}
AppName=VoiceDesk
AppVersion={#Version}
AppVerName=VoiceDesk {#Version}
AppPublisher=The VoiceDesk developers
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
PrivilegesRequired=lowest
DefaultDirName={localappdata}\Programs\VoiceDesk
DisableProgramGroupPage=yes
DisableDirPage=auto
LicenseFile=..\..\LICENSE
SourceDir=..\..
OutputDir=dist
OutputBaseFilename=VoiceDesk-{#Version}-windows-setup
SetupIconFile=build\icons\voicedesk.ico
UninstallDisplayIcon={app}\VoiceDesk.exe
Compression=lzma2/max
SolidCompression=yes
WizardStyle=modern
CloseApplications=yes
RestartApplications=no
; SIGNED is set by the signing step: iscc /DSIGNED "/Ssigntool=signtool sign /fd sha256 /tr URL /td sha256 $f"
#ifdef SIGNED
SignTool=signtool
SignedUninstaller=yes
#endif

[Languages]
Name: "english"; MessagesFile: "compiler:Default.isl"
Name: "german"; MessagesFile: "compiler:Languages\German.isl"

[Tasks]
Name: "desktopicon"; Description: "{cm:CreateDesktopIcon}"; Flags: unchecked

[InstallDelete]
; what an older version had and this one has not
Type: filesandordirs; Name: "{app}\_internal"

[Files]
Source: "dist\VoiceDesk\*"; DestDir: "{app}"; Flags: ignoreversion recursesubdirs createallsubdirs

[Icons]
Name: "{autoprograms}\VoiceDesk"; Filename: "{app}\VoiceDesk.exe"; AppUserModelID: "org.voicedesk.VoiceDesk"
Name: "{autodesktop}\VoiceDesk"; Filename: "{app}\VoiceDesk.exe"; Tasks: desktopicon

[Run]
Filename: "{app}\VoiceDesk.exe"; Description: "{cm:LaunchProgram,VoiceDesk}"; Flags: nowait postinstall skipifsilent
