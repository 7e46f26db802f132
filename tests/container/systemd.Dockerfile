# The image of docker/Dockerfile made into a small Debian with systemd and PostgreSQL, for test_systemd.py.
FROM localhost/understood
USER 0:0
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends \
        curl dbus postgresql-15 procps systemd systemd-sysv \
    && rm -rf /var/lib/apt/lists/* /var/lib/postgresql/15 \
    && useradd --system --home-dir /var/lib/understood --shell /usr/sbin/nologin understood \
    && systemctl mask postgresql.service systemd-logind.service systemd-networkd.service systemd-sysctl.service \
        apt-daily.timer apt-daily-upgrade.timer console-getty.service getty.target
COPY understood.service understood.socket /etc/systemd/system/
