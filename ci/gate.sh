#!/usr/bin/env bash
# The gate of a project's revisions, for any CI: from an empty database up to the head, `check`, down, and up again.
# docs/guide/ci.md tells what each step finds. Runs in the folder of `seachange.toml`, on Linux and macOS.
#
# All settings are optional:
#   INPUT_WORKING_DIRECTORY   the project's folder
#   INPUT_DATABASE_URL        an EMPTY database that may be changed at will; without it, a SQLite file that is deleted
#   INPUT_BASE                a commit: what it has is applied first, so that the summary tells what is new; `none` for nothing
#   INPUT_DOWN_TO             where the way down ends: `base`, a revision, or `none`
#   INPUT_ACCEPT_DATA_LOSS    `true` runs revisions that lose data although no file accepts it
#   INPUT_FAIL_ON             what `check` fails on, as in its `--fail-on`
#   INPUT_SARIF               a file to write findings to, as SARIF
#   INPUT_SUMMARY             a file to add a summary to, as markdown [default: that of GITHUB_STEP_SUMMARY]
#
# Exit codes: 0 all is well; 1 something was found; 2 something failed or was misused.
set -euo pipefail

# A path that means the same in another folder.
absolute() {
    case $1 in
        '' | /*) printf '%s' "$1" ;;
        *) printf '%s/%s' "$PWD" "$1" ;;
    esac
}

url=${INPUT_DATABASE_URL:-}
base=${INPUT_BASE:-none}
down_to=${INPUT_DOWN_TO:-base}
fail_on=${INPUT_FAIL_ON:-}
sarif=$(absolute "${INPUT_SARIF:-}")
summary=$(absolute "${INPUT_SUMMARY:-${GITHUB_STEP_SUMMARY:-/dev/null}}")
is_told=
own=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
worst=0
table=

say() { printf '%s\n' "$*" >&2; }

misused() {
    say "error: $1"
    say "hint: $2"
    exit 2
}

# Runs a step. How the worst of them ended is how the gate ends.
step() {
    local title=$1 code=0 word
    shift
    if [ -n "${GITHUB_ACTIONS:-}" ]; then echo "::group::$title"; else say "==> $title"; fi
    "$@" || code=$?
    if [ -n "${GITHUB_ACTIONS:-}" ]; then echo "::endgroup::"; fi
    case $code in
        0) word='passed' ;;
        1) word='**found something**' ;;
        *) word='**failed**' code=2 ;;
    esac
    table+="| $title | $word |"$'\n'
    if [ "$code" -gt "$worst" ]; then worst=$code; fi
    if [ -n "${GITHUB_ACTIONS:-}" ] && [ "$code" -gt 0 ]; then
        echo "::error title=seachange::$title: ${word//\*/}; the log of the step says what"
    fi
    return "$code"
}

find_program() {
    if ! command -v seachange >/dev/null; then
        [ -f "$own/Cargo.toml" ] ||
            misused 'seachange is not on the PATH' 'install it first, or run this script from a checkout of seachange'
        say 'seachange is not on the PATH: it is built'
        cargo install --quiet --locked --path "$own" >&2
        PATH="$PATH:${CARGO_HOME:-$HOME/.cargo}/bin"
    fi
    seachange --version >&2
}

# Nothing but an empty database is safe to go down on.
is_empty() { seachange diff --from empty --to "$DATABASE_URL" --exit-code; }

find_database() {
    if [ -n "$url" ]; then
        export DATABASE_URL=$url
        is_empty >/dev/null ||
            misused 'the database of the gate is not empty, or cannot be reached' \
                'name one that was made for this run: everything in it is dropped'
        return
    fi
    case "${DATABASE_URL:-} $(cat seachange.toml .env 2>/dev/null || true)" in
        *postgres://* | *postgresql://*)
            misused 'the project is on PostgreSQL, and no empty database of it was named' \
                'name one in INPUT_DATABASE_URL (`database-url` of the action), such as that of a service container'
            ;;
    esac
    export DATABASE_URL="sqlite://$scratch/gate.db"
}

up() {
    if [ "${INPUT_ACCEPT_DATA_LOSS:-}" = true ]; then
        seachange upgrade head --accept-data-loss
    else
        seachange upgrade head
    fi
}

down() { seachange downgrade "$down_to" --accept-data-loss; }

# What a commit has, as its own files say it. A commit that is not in order is the business of another run.
up_to_base() {
    local prefix
    if ! git cat-file -e "$base^{commit}" 2>/dev/null && ! git fetch --quiet --depth=1 origin "$base"; then
        say "note: the commit $base is not here; all revisions count as new"
        return 0
    fi
    prefix=$(git rev-parse --show-prefix)
    git worktree add --quiet --detach "$scratch/base" "$base"
    if [ ! -f "$scratch/base/$prefix/seachange.toml" ]; then
        say "note: the commit $base has no seachange.toml; all revisions count as new"
    elif ! (cd "$scratch/base/$prefix" && seachange upgrade heads --accept-data-loss); then
        say "note: the revisions of the commit $base do not run; those that did count as old"
    fi
}

# What is found, beside the lines it is about.
annotate() {
    if [ -n "${GITHUB_ACTIONS:-}" ]; then seachange check "$@" --format github 2>/dev/null || true; fi
}

offline() {
    local code=0
    seachange check --offline || code=$?
    if [ "$code" -gt 0 ]; then annotate --offline; is_told=yes; fi
    return "$code"
}

# What the database is about to get, as a page. That it is pending is as it should be.
coming() {
    seachange check --fail-on edited,missing,unfinished --format markdown --output "$scratch/page.md"
}

check() {
    local code=0
    set -- ${fail_on:+--fail-on "$fail_on"}
    if [ -n "$sarif" ]; then
        seachange check "$@" --format sarif --output "$sarif" || code=$?
    else
        seachange check "$@" || code=$?
    fi
    if [ "$code" -gt 0 ] && [ -z "$is_told" ]; then annotate "$@"; is_told=yes; fi
    if [ ! -f "$scratch/page.md" ]; then seachange check --format markdown >"$scratch/page.md" 2>/dev/null || true; fi
    return "$code"
}

tidy() {
    if [ -d "$scratch/base" ]; then git worktree remove --force "$scratch/base" || true; fi
    rm -rf "$scratch"
}

# From here on nothing stops the steps but their own order.
steps() {
    step 'entities and revisions (`check --offline`)' offline || [ $? -eq 1 ] || return 0
    if [ "$base" != none ]; then
        step "up to $base" up_to_base || return 0
        step 'what comes' coming || [ $? -eq 1 ] || return 0
    fi
    step 'up to the head' up || return 0
    step 'entities and database (`check`)' check || [ $? -eq 1 ] || return 0
    if [ "$down_to" = none ]; then return 0; fi
    step "down to \`$down_to\`" down || return 0
    if [ "$down_to" = base ] && ! step 'nothing is left' is_empty; then
        say 'hint: this is what the ways down leave behind of what the ways up made'
        return 0
    fi
    step 'up again' up || return 0
    step 'entities and database again (`check`)' check || return 0
}

conclude() {
    local word=passed
    if [ "$worst" -eq 1 ]; then word='found something'; fi
    if [ "$worst" -eq 2 ]; then word=failed; fi
    {
        printf '## Revisions: %s\n\n| step | result |\n|---|---|\n%s\n' "$word" "$table"
        cat "$scratch/page.md" 2>/dev/null || true
    } >>"$summary"
    if [ -n "${GITHUB_OUTPUT:-}" ]; then
        printf 'result=%s\nsarif=%s\n' "${word// something/}" "$sarif" >>"$GITHUB_OUTPUT"
    fi
    say "revisions: $word"
}

cd "${INPUT_WORKING_DIRECTORY:-.}"
[ -f seachange.toml ] || misused "there is no seachange.toml in $PWD" 'name its folder in INPUT_WORKING_DIRECTORY'
scratch=$(mktemp -d)
trap tidy EXIT
find_program
find_database
steps
conclude
exit "$worst"
