FROM node:26-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# No package of production has an install script; @node-rs/argon2 brings its binaries as packages.
RUN npm ci --omit=dev --ignore-scripts

FROM node:26-slim
# The lock of an embedded database lies beside its folder, so the folder that a volume keeps is the one above.
ENV NODE_ENV=production HOST=0.0.0.0 DATA_DIR=/var/lib/sallyport/data
RUN install --directory --owner=node --group=node --mode=700 /var/lib/sallyport
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json package-lock.json ./
COPY src src
COPY db db
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --start-interval=1s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/health/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "src/server.ts"]
