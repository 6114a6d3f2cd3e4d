#!/usr/bin/env bash
# Gerrit, with reviewdog, from whatever builds a change (Jenkins, Zuul): the stubs as comments; the patch lies beside, for `git apply`.
#
# From the environment: LANGDOCK_API_KEY; GERRIT_ADDRESS, GERRIT_USERNAME, GERRIT_PASSWORD, GERRIT_CHANGE_ID, GERRIT_REVISION_ID and
# GERRIT_BRANCH, as reviewdog wants them. The change is checked out, and fimbot and reviewdog are installed.
set -euo pipefail

fimbot suggest HEAD~1..HEAD --max-suggestions 10 --output fimbot.patch --format rdjson > fimbot.json
reviewdog -f=rdjson -reporter=gerrit-change-review < fimbot.json
