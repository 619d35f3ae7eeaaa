#!/usr/bin/env bash
# Builds the page into the program's classes, if a source is newer than what was built last.
set -euo pipefail
cd "$(dirname "$0")"
out=../target/classes/dev/skerry/console/web
if [ -e "$out/index.html" ] && [ -z "$(find src index.html package.json package-lock.json vite.config.ts tsconfig.json -newer "$out/index.html" -print -quit)" ]; then
    exit 0
fi
command -v npm >/dev/null || { echo "console: npm is missing (expected: Node.js 20 or newer)" >&2; exit 1; }
if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    # Not "ci": it refuses a lock that leaves out other platforms' optional packages.
    npm install --no-save --no-audit --no-fund --loglevel=error
    touch node_modules/.package-lock.json
fi
npm run --silent build -- --logLevel warn
# Sent as they are to browsers that take them so: nobody waits for a megabyte over a thin line.
find "$out/assets" -type f \( -name "*.js" -o -name "*.css" \) -exec gzip -9kfn {} +
