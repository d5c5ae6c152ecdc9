# What the scripts share: which Python, which system libraries, and a virtual environment that is complete or
# not there. Sourced, not run. It speaks to people on standard error; standard output belongs to the program.
# shellcheck shell=bash

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
LOG=${TMPDIR:-/tmp}/voicedesk-setup.$$.log
BIN=bin # where a virtual environment keeps its programs
case $(uname -s) in MINGW* | MSYS* | CYGWIN*) BIN=Scripts ;; esac
PYTHON_OK='import sys; sys.exit(sys.version_info < (3, 11))'

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "$*"
    exit 1
}

# --- system libraries ---------------------------------------------------------------------------------------
# A name may hold alternatives, as in "new|old": distributions rename packages.

# Without these Qt cannot be loaded at all.
BASE_PACKAGES="libegl1 libgl1 libglib2.0-0t64|libglib2.0-0 libfontconfig1 libfreetype6 libx11-6 libxkbcommon0
    libdbus-1-3"
# Qt's windows on X11 and on Wayland, a microphone and a speaker, and the offline voice.
WINDOW_PACKAGES="libx11-xcb1 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1
    libxcb-randr0 libxcb-render-util0 libxcb-render0 libxcb-shape0 libxcb-shm0 libxcb-sync1 libxcb-util1
    libxcb-xfixes0 libxcb-xkb1 libwayland-client0 libwayland-cursor0 libwayland-egl1"
SOUND_PACKAGES="libportaudio2 espeak-ng"
BUILD_PACKAGES="binutils xz-utils xvfb"
TEST_PACKAGES="pulseaudio pulseaudio-utils libasound2-plugins xvfb xauth"

# missing NAME...: those that are not installed, as apt-get wants to hear them.
missing() {
    local installed name alternative found
    # dpkg-query says no for each unknown name, which is just what is asked here
    # shellcheck disable=SC2046
    installed=" $(dpkg-query -W -f='${db:Status-Abbrev}${Package}\n' $(printf '%s ' "$@" | tr '|' ' ') 2>/dev/null |
        sed -n 's/^ii *//p' | tr '\n' ' ' || true) "
    for name in "$@"; do
        found=
        for alternative in ${name//|/ }; do
            [[ $installed == *" $alternative "* ]] && found=yes
        done
        [[ $found ]] || printf '%s ' "$name"
    done
}

# available NAME...: each with its alternatives settled to the one that this distribution has.
available() {
    local name alternative chosen
    for name in "$@"; do
        chosen=${name##*|}
        for alternative in ${name//|/ }; do
            if [[ $(LC_ALL=C apt-cache policy "$alternative" 2>/dev/null) == *Candidate:\ [0-9]* ]]; then
                chosen=$alternative
                break
            fi
        done
        printf '%s ' "$chosen"
    done
}

# without_alternatives NAMES: the first of each, for people to read.
without_alternatives() { sed 's/|[^ ]*//g; s/ $//' <<<"$1"; }

# as_root COMMAND...: run it as root if that is possible without asking for a password.
as_root() {
    if [[ $(id -u) == 0 ]]; then
        env DEBIAN_FRONTEND=noninteractive "$@"
    else
        sudo -n env DEBIAN_FRONTEND=noninteractive "$@"
    fi
}

may_install() { [[ $(id -u) == 0 ]] || sudo -n true 2>/dev/null; }

# apt_install NAME...: install them, never at the price of removing something else.
apt_install() {
    local names
    names=$(available "$@")
    # shellcheck disable=SC2086
    as_root apt-get install -y --no-install-recommends --no-remove -o DPkg::Lock::Timeout=300 $names \
        >"$LOG" 2>&1 </dev/null && return
    as_root apt-get update -o DPkg::Lock::Timeout=300 >"$LOG" 2>&1 </dev/null || return
    names=$(available "$@")
    # shellcheck disable=SC2086
    as_root apt-get install -y --no-install-recommends --no-remove -o DPkg::Lock::Timeout=300 $names \
        >"$LOG" 2>&1 </dev/null
}

# require WHAT CONSEQUENCE NAME...: have these packages, or tell the consequence and the command. Fails if not.
require() {
    local what=$1 consequence=$2 wanted
    shift 2
    wanted=$(missing "$@")
    [[ $wanted ]] || return 0
    if may_install; then
        say "Installing $what: $(without_alternatives "$wanted")"
        # shellcheck disable=SC2086
        if apt_install $wanted; then
            rm -f "$LOG"
            return 0
        fi
        tail -n 15 "$LOG" >&2
        rm -f "$LOG"
    fi
    # shellcheck disable=SC2086
    say "$consequence. To install what is missing:
    sudo apt-get install $(available $wanted)"
    return 1
}

has_font() { [[ $(find /usr/share/fonts /usr/local/share/fonts ~/.fonts ~/.local/share/fonts \
    -name '*.[ot]t[fc]' -print -quit 2>/dev/null) ]]; }

# The names that other distributions use; told, not installed.
tell_other_distributions() {
    local library absent=
    command -v ldconfig >/dev/null || PATH=$PATH:/sbin:/usr/sbin
    for library in libportaudio.so.2 libespeak-ng.so.1 libEGL.so.1 libxcb-cursor.so.0 libxkbcommon-x11.so.0; do
        ldconfig -p 2>/dev/null | grep -q "$library" || absent+=" $library"
    done
    [[ $absent ]] || return 0
    say "VoiceDesk may lack these system libraries:$absent. To install them:"
    if command -v dnf >/dev/null; then
        say "    sudo dnf install portaudio espeak-ng mesa-libEGL mesa-libGL xcb-util-cursor libxkbcommon-x11"
    elif command -v pacman >/dev/null; then
        say "    sudo pacman -S portaudio espeak-ng libglvnd xcb-util-cursor libxkbcommon-x11"
    else
        say "    with your system's package manager: PortAudio, espeak-ng, EGL, xcb-util-cursor, libxkbcommon-x11"
    fi
    return 1
}

# system_libraries LEVEL: have what the level needs. Status 0: all of it; 1: all that is vital.
system_libraries() {
    local complete=0 fonts='' wanted
    [[ $(uname -s) == Linux ]] || return 0
    if ! command -v dpkg-query >/dev/null; then
        tell_other_distributions
        return
    fi
    has_font || fonts='fonts-dejavu-core'
    # all at once where that works; group by group where it does not, to say what follows from each
    # shellcheck disable=SC2086
    wanted="$(missing $BASE_PACKAGES $WINDOW_PACKAGES $SOUND_PACKAGES)$fonts"
    if [[ $wanted ]] && may_install; then
        say "Installing missing system libraries (once): $(without_alternatives "$wanted")"
        # shellcheck disable=SC2086
        apt_install $wanted || true
        rm -f "$LOG"
    fi
    # shellcheck disable=SC2086
    {
        require "libraries of the window" "VoiceDesk cannot open a window without some system libraries" \
            $BASE_PACKAGES || exit 1
        require "libraries of the window" "VoiceDesk may not be able to open its window" \
            $WINDOW_PACKAGES || complete=1
        require "libraries for sound" "VoiceDesk starts, but without all of its sound" $SOUND_PACKAGES || complete=1
        [[ -z $fonts ]] || require "a font" "VoiceDesk has no font to write with" $fonts || complete=1
        if [[ $1 == build ]]; then
            require "tools for packaging" "The application cannot be packaged" $BUILD_PACKAGES || exit 1
        elif [[ $1 != app ]]; then
            require "tools for tests" "Tests with sound or a screen cannot run" $TEST_PACKAGES || complete=1
        fi
    }
    return $complete
}

# --- Python ---------------------------------------------------------------------------------------------------

# find_python: prints the path of a suitable interpreter, or says what is missing.
find_python() {
    local candidate
    if [[ ${PYTHON:-} ]]; then
        if ! command -v "$PYTHON" >/dev/null || ! "$PYTHON" -c "$PYTHON_OK" 2>/dev/null; then
            fail "PYTHON is set to '$PYTHON', which is not Python 3.11 or newer. Unset it, or set it to another."
        fi
        command -v "$PYTHON"
        return
    fi
    for candidate in python3 python3.13 python3.12 python3.11 python; do
        if "$candidate" -c "$PYTHON_OK" >/dev/null 2>&1; then
            command -v "$candidate"
            return
        fi
    done
    fail "VoiceDesk needs Python 3.11 or newer, and found none. To install it on Debian or Ubuntu:
    sudo apt-get install python3 python3-venv
If you have one elsewhere, name it: PYTHON=/path/to/python3 $0"
}

# require_venv_module PYTHON: Debian keeps a part of venv in a package of its own.
require_venv_module() {
    local version
    "$1" -c 'import ensurepip, venv' 2>/dev/null && return
    version=$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    command -v dpkg-query >/dev/null ||
        fail "$1 cannot make virtual environments: it lacks the modules venv and ensurepip."
    require "virtual environments for Python" "VoiceDesk cannot be installed without Python's venv module" \
        "python$version-venv|python3-venv" || exit 1
}

# --- the virtual environment -------------------------------------------------------------------------------------
# Its folder holds `voicedesk-origin` (which tree and interpreter it was made for) and, for each level of
# dependencies that is wholly installed, `voicedesk-app`, `-test`, `-check` or `-build`, with the checksum of what was asked for.

# checksum LEVEL: of all that decides what is installed. A few milliseconds, without Python.
checksum() {
    {
        cat "$ROOT/requirements/$1.txt"
        awk '/^\[/ { used = /^\[(build-system|project|tool\.hatch)/ } used' "$ROOT/pyproject.toml"
    } | cksum
}

origin() { printf '%s\n%s\n' "$VENV" "$(readlink -f "$VENV/$BIN/python")"; }

read_stamp() {
    local text=
    [[ -r $VENV/voicedesk-$1 ]] && text=$(<"$VENV/voicedesk-$1")
    printf '%s' "$text"
}

is_ready() {
    [[ -x $VENV/$BIN/python && $(read_stamp "$1") == "$(checksum "$1")" && $(read_stamp origin) == "$(origin)" ]]
}

# choose_venv: sets VENV. The default interpreter's is .venv; another version, asked for by PYTHON, has its own.
choose_venv() {
    local version
    VENV=${VOICEDESK_VENV:-$ROOT/.venv}
    if [[ ${PYTHON:-} ]]; then
        find_python >/dev/null
        version=$("$PYTHON" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        if [[ ! ${VOICEDESK_VENV:-} && -e $VENV/pyvenv.cfg ]] && ! grep -q "^version = $version\." "$VENV/pyvenv.cfg"; then
            VENV=$ROOT/.venv-$version
        fi
        # the same version from elsewhere, or a folder named by hand that holds another version
        if [[ -x $VENV/$BIN/python && $(base_of "$VENV/$BIN/python") != "$(base_of "$PYTHON")" ]]; then
            rebuild="PYTHON names another Python than the one $VENV was made with: making it anew."
        fi
    fi
    [[ $VENV == /* ]] || VENV=$PWD/$VENV
}

base_of() { "$1" -c 'import sys; print(sys.base_prefix, sys.version)' 2>/dev/null; }

# make_venv PYTHON: make $VENV unless there is a good one.
make_venv() {
    local python=$1
    if [[ -e $VENV && ! -w $VENV ]] || [[ ! -e $VENV && ! -w $(dirname "$VENV") ]]; then
        fail "$VENV cannot be written by you. Set VOICEDESK_VENV to a folder of yours for it."
    fi
    if [[ ! $rebuild && -e $VENV/voicedesk-origin && $(read_stamp origin) != "$(origin)" ]]; then
        rebuild="$VENV was made in another place, or its Python has changed: making it anew."
    elif [[ ! $rebuild && -e $VENV/pyvenv.cfg ]] && ! "$VENV/$BIN/python" -m pip --version >/dev/null 2>&1; then
        rebuild="$VENV is not complete: making it anew."
    fi
    if [[ $rebuild ]]; then
        [[ -e $VENV/pyvenv.cfg ]] || fail "$VENV is not a virtual environment: not touched. Set VOICEDESK_VENV to another."
        say "$rebuild"
        rm -rf "${VENV:?}"
    elif [[ -e $VENV/pyvenv.cfg ]]; then
        origin >"$VENV/voicedesk-origin"
        return
    elif [[ ${VOICEDESK_VENV:-} && -d $VENV && $(ls -A "$VENV") ]]; then
        fail "$VENV holds something else: not touched. Set VOICEDESK_VENV to another folder."
    else
        rm -rf "${VENV:?}" # what an interrupted start left of ours
    fi
    "$python" -m venv "$VENV" >"$LOG" 2>&1 || {
        cat "$LOG" >&2
        rm -f "$LOG"
        rm -rf "${VENV:?}"
        fail "$python could not make a virtual environment in $VENV."
    }
    rm -f "$LOG"
    origin >"$VENV/voicedesk-origin"
}

# show_progress: turns pip's output into one line that changes, on a terminal only.
show_progress() {
    if [[ -t 2 ]]; then
        awk '/^Collecting /          { printf "\r\033[K  fetching %s", substr($2, 1, 60) > "/dev/stderr" }
             /^Installing collected/ { printf "\r\033[K  unpacking..." > "/dev/stderr" }
             END                     { printf "\r\033[K" > "/dev/stderr" }'
    else
        cat >/dev/null
    fi
}

pip_install() {
    "$VENV/$BIN/python" -m pip install --disable-pip-version-check --no-input --progress-bar off "$@" 2>"$LOG" </dev/null |
        show_progress || {
        cat "$LOG" >&2
        rm -f "$LOG"
        fail "VoiceDesk's dependencies could not be installed: see above. It is safe to start again."
    }
    rm -f "$LOG"
}

# levels LEVEL: the level and those that are part of it.
levels() {
    case $1 in
    app) echo app ;;
    test) echo app test ;;
    check) echo app test check ;;
    build) echo app build ;;
    esac
}

install_dependencies() {
    local level=$1 each
    if [[ -e $VENV/voicedesk-app ]]; then
        say "Bringing the dependencies in $VENV up to date..."
    else
        say "Installing dependencies into $VENV (about 400 MB, once)..."
    fi
    for each in app test check build; do rm -f "$VENV/voicedesk-$each"; done
    # the list is complete and was resolved by scripts/pin, so pip has nothing to look for
    pip_install --no-deps --require-hashes -r "$ROOT/requirements/$level.txt"
    pip_install --no-deps --no-build-isolation --editable "$ROOT"
    for each in $(levels "$level"); do
        checksum "$each" >"$VENV/voicedesk-$each.new"
        mv "$VENV/voicedesk-$each.new" "$VENV/voicedesk-$each"
    done
}

# one_at_a_time: nobody else installs in this tree until the end of the block. (macOS has no flock.)
one_at_a_time() {
    command -v flock >/dev/null || return 0
    exec 9<"$ROOT"
    if ! flock -n 9; then
        say "Another VoiceDesk script is installing in this folder: waiting for it..."
        flock 9
    fi
}

# prepare LEVEL: sets VENV, in which that level's dependencies are installed; LEVEL is app, test, check or build.
prepare() {
    local level=$1 python
    trap 'rm -f "$LOG"' EXIT
    rebuild=
    choose_venv
    if [[ ! $rebuild ]] && is_ready "$level" && [[ -e $VENV/voicedesk-system-$level ]]; then
        return
    fi
    one_at_a_time
    [[ ! -x $VENV/$BIN/python ]] || is_ready "$level" || rm -f "$VENV/voicedesk-system-$level"
    local complete=
    if [[ ! -e $VENV/voicedesk-system-$level ]] && system_libraries "$level"; then
        complete=yes
    fi
    if [[ $rebuild ]] || ! is_ready "$level"; then
        python=$(find_python) || exit 1
        require_venv_module "$python"
        make_venv "$python"
        install_dependencies "$level"
    fi
    [[ ! $complete ]] || : >"$VENV/voicedesk-system-$level"
    exec 9<&-
}
