# syntax=docker/dockerfile:1.7

FROM golang:1.26.8-bookworm AS build
WORKDIR /src
ENV CGO_ENABLED=0 GOTOOLCHAIN=local
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN go build -tags nomsgpack -trimpath -buildvcs=false -ldflags "-s -w" -o /out/hoso ./cmd/hoso

FROM debian:12.12-slim
# poppler draws PDF pages that our own reader cannot judge, zbar reads identity
# cards on pictures, the certificates are for the portal and the carriers. Fonts are
# in the program, and so are time zones as far as they are needed.
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates poppler-utils zbar-tools \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --gid 10001 hoso \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin hoso \
 && install -d -o 10001 -g 10001 -m 0700 /data
COPY --from=build /out/hoso /usr/local/bin/hoso
# Which commit this is: the build id of a versioned worker.
ARG REVISION=""
ENV HOSO_DATA=/data HOSO_BUILD_ID=$REVISION
USER 10001:10001
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["hoso", "ready"]
ENTRYPOINT ["hoso"]
CMD ["api"]
