# SPDX-License-Identifier: MIT
"""The plain way: every athlete, one after the other, due or not.

usage: loop.py OAUTH-BASE CONNINFO
"""

import sys

import psycopg2
import requests


def refresh(base, refresh_token):
    answer = requests.post(base + "/token", data={
        "client_id": "1001",
        "client_secret": "sandbox-client-secret",
        "grant_type": "refresh_token",
        "refresh_token": refresh_token,
    }, timeout=30)
    answer.raise_for_status()
    return answer.json()


def main(base, conninfo):
    database = psycopg2.connect(conninfo)
    cursor = database.cursor()
    cursor.execute("SELECT id, refresh_token FROM athlete")
    for athlete, refresh_token in cursor.fetchall():
        token = refresh(base, refresh_token)
        cursor.execute(
            "UPDATE athlete SET access_token = %s, refresh_token = %s,"
            " expires_at = %s WHERE id = %s",
            (token["access_token"], token["refresh_token"],
             token["expires_at"], athlete))
        database.commit()
    database.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
