# Builds the published form of Lacquer and serves with it:
#   docker build -t lacquer .
#   docker run -p 8080:8080 lacquer serve --listen 0.0.0.0:8080 --origin http://origin.example:8000

FROM node:24-slim AS build
WORKDIR /lacquer
COPY package.json package-lock.json ./
# The image brings its own Node: the one among the optional packages is left out.
RUN npm ci --omit=optional
COPY tsconfig.json tsconfig.build.json ./
COPY src src
COPY policies policies
RUN npm run build

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /lacquer
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional && npm cache clean --force
COPY --from=build /lacquer/dist dist
# Your own policies go to /lacquer/policies, by a volume or a further layer; these are loaded only when they are named.
COPY policies/examples policies/examples
COPY LICENSE README.md SECURITY.md ./
USER node
EXPOSE 8080 9180
# As the first line of bin.js has it: a small process.
ENV MALLOC_ARENA_MAX=1
ENTRYPOINT ["node", "--max-semi-space-size=8", "--initial-old-space-size=64", "--v8-pool-size=2", "dist/src/cli/bin.js"]
# The admin listener stays on the container's own loopback unless it is told otherwise.
CMD ["serve", "--listen", "0.0.0.0:8080"]
