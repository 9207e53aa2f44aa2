# SQLite is written in C: the build needs a C compiler. It runs on the machine that
# builds, also for an image of the other architecture (--platform linux/arm64).
#
# The archive of a release has the program and its licenses already; there, leave
# this stage out: docker build --build-context build=. .
FROM --platform=$BUILDPLATFORM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG TARGETARCH
# For example --build-arg VERSION=$(git describe --tags --always --dirty)
ARG VERSION=devel
# SQLite takes most of the build. The cache keeps it.
RUN --mount=type=cache,target=/root/.cache/go-build \
  .ci/build "$TARGETARCH" "$VERSION" /bulkpatch && GOARCH=$TARGETARCH .ci/licenses /licenses

FROM debian:bookworm-slim
# Certificates are for rediss:// and other calls over TLS, curl is for the health
# check.
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates curl \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --no-create-home bulkpatch \
 && install -d -o bulkpatch -g bulkpatch /data
COPY --from=build /licenses /usr/share/doc/bulkpatch/licenses
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
