FROM rust:1.95-bookworm AS build
WORKDIR /build

# The dependencies in a layer of their own: they are built for an empty program, and again only when a manifest changes.
COPY Cargo.toml Cargo.lock build.rs ./
RUN mkdir -p src benches/suite && echo 'fn main() {}' >src/main.rs && touch src/lib.rs benches/verify.rs benches/suite/main.rs \
    && cargo build --release --locked \
    && rm -r src benches

COPY . .
# COPY keeps the files' own times, which are older than the empty program's: cargo would take that one for current.
RUN find src -name '*.rs' -exec touch {} + && cargo build --release --locked


FROM debian:bookworm-slim

LABEL org.opencontainers.image.title="postbackd" \
      org.opencontainers.image.description="A self-hosted postback receiver: clicks, signed postbacks and attributed conversions on PostgreSQL" \
      org.opencontainers.image.licenses="Apache-2.0 OR MIT"

# The certificates are for TLS to PostgreSQL.
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/*

# The ids are fixed, so that mounted files can be given to them; the user has no shell and no password.
RUN groupadd --gid 10001 postbackd \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/postbackd --shell /usr/sbin/nologin postbackd \
    && install -d -o 10001 -g 10001 -m 0700 /var/lib/postbackd

COPY --from=build /build/target/release/postbackd /usr/local/bin/

# No configuration is part of the image: mount one here. It and DATABASE_URL are all that postbackd needs.
ENV POSTBACKD_CONFIG=/etc/postbackd/postbackd.toml \
    POSTBACKD_LISTEN=0.0.0.0:8080 \
    POSTBACKD_ADMIN_LISTEN=0.0.0.0:8081
# 8080 is for everybody; 8081 has the metrics and the private API, so do not publish it.
EXPOSE 8080 8081

# By number, so that Kubernetes can see that it is not root.
USER 10001:10001
# The only folder that is written (storage.data_dir is relative to it): the root file system may be read-only.
WORKDIR /var/lib/postbackd
VOLUME /var/lib/postbackd

HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 CMD ["postbackd", "healthcheck"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["postbackd"]
CMD ["serve"]
