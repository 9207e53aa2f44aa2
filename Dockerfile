# SQLite is written in C: the build needs a C compiler, and the program the C
# library of the same Debian release.
FROM golang:1.26-bookworm AS build
WORKDIR /src
ENV CGO_ENABLED=1
COPY go.mod go.sum ./
# SQLite takes most of the build. In a layer of its own, it is compiled again
# only when go.mod or go.sum changes.
RUN go mod download && go build github.com/mattn/go-sqlite3
COPY . .
# For example --build-arg VERSION=$(git describe --tags --always --dirty)
ARG VERSION=devel
RUN go build -ldflags "-s -w -X main.version=${VERSION}" -o /bulkpatch ./cmd/bulkpatch

FROM debian:bookworm-slim
# Certificates are for rediss://, curl for the health check.
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates curl \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --no-create-home bulkpatch \
 && install -d -o bulkpatch -g bulkpatch /data
COPY --from=build /bulkpatch /usr/local/bin/bulkpatch
USER bulkpatch
WORKDIR /data
VOLUME /data
ENV BULKPATCH_ADDR=0.0.0.0:8080 \
    BULKPATCH_DB=sqlite:///data/bulkpatch.db
EXPOSE 8080
# On SIGTERM the program stops in order, within ten seconds.
STOPSIGNAL SIGTERM
# The first call is for processes with --tls-cert. It does not check the certificate,
# which is for another name than 127.0.0.1. Without TLS it is refused at once.
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
  CMD curl -fsk -o /dev/null https://127.0.0.1:8080/readyz || curl -fsS -o /dev/null http://127.0.0.1:8080/readyz
ENTRYPOINT ["bulkpatch"]
CMD ["serve"]
