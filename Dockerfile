# One image for server, workers and the gateway simulator; compose says which of them a container is.
FROM node:24-bookworm-slim
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --no-audit --no-fund && npm cache clean --force
COPY . .
# Compiled here: the program's own user may not write beside it.
RUN node server/bin/countersign.mjs --version
RUN mkdir -p /data && chown node:node /data /app
USER node
ENV DATA_DIR=/data HOST=0.0.0.0
EXPOSE 8787
ENTRYPOINT ["node", "server/bin/countersign.mjs"]
CMD ["start"]
