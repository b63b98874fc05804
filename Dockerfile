FROM node:26-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY packages/client/package.json packages/client/
COPY web/package.json web/
# No package of production has an install script; @node-rs/argon2 brings its binaries as packages. npm links the folders of
# the workspaces, which the image does not have.
RUN npm ci --omit=dev --ignore-scripts && rm -rf node_modules/@sallyport

# The pages for people. The image below takes only what is built, so nothing of React or Vite is in it.
FROM node:26-slim AS pages
WORKDIR /app
COPY package.json package-lock.json .npmrc tsconfig.json ./
COPY packages/client packages/client
COPY web web
RUN npm ci --ignore-scripts --workspace web && node web/build.ts

FROM node:26-slim
LABEL org.opencontainers.image.title="Sallyport" \
  org.opencontainers.image.description="A second-factor login API that issues JWTs" \
  org.opencontainers.image.licenses="MIT"
# What is not there cannot be used by whoever gets in: packages are installed in the stage above.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack
# The service makes the folder of an embedded database, which nobody else may enter. A volume keeps the folder above it.
ENV NODE_ENV=production HOST=0.0.0.0 DATA_DIR=/var/lib/sallyport/data
RUN install --directory --owner=node --group=node --mode=700 /var/lib/sallyport
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json package-lock.json LICENSE ./
COPY src src
COPY db db
COPY --from=pages /app/web/dist web/dist
# The user node, by number: only so does Kubernetes know that it is not root.
USER 1000:1000
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --start-interval=1s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/health/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# With PostgreSQL nothing is written, so the file system of the container may be read-only.
CMD ["node", "src/server.ts"]
