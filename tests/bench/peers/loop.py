# SPDX-License-Identifier: MIT
"""The plain way: every athlete, one after the other.

usage: loop.py OAUTH-BASE CONNINFO
"""

import json
import ssl
import sys
import urllib.parse
import urllib.request

import psycopg2


def refresh(base, context, refresh_token):
    form = urllib.parse.urlencode({
        "client_id": "1001",
        "client_secret": "sandbox-client-secret",
        "grant_type": "refresh_token",
        "refresh_token": refresh_token,
    }).encode()
    with urllib.request.urlopen(base + "/token", form, timeout=30,
                                context=context) as answer:
        return json.load(answer)


def main(base, conninfo):
    context = ssl.create_default_context(
        cafile="/etc/ssl/certs/ca-certificates.crt")
    database = psycopg2.connect(conninfo)
    cursor = database.cursor()
    cursor.execute("SELECT id, refresh_token FROM athlete")
    for athlete, refresh_token in cursor.fetchall():
        token = refresh(base, context, refresh_token)
        cursor.execute(
            "UPDATE athlete SET access_token = %s, refresh_token = %s,"
            " expires_at = %s WHERE id = %s",
            (token["access_token"], token["refresh_token"],
             token["expires_at"], athlete))
        database.commit()
    database.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
