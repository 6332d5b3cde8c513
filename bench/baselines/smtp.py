"""The fastest that smtplib sends one ready message again and again, over several connections.

Usage: `python -m bench.baselines.smtp PORT CONNECTIONS BYTES COUNT`. It prints the seconds.
"""

import smtplib
import sys
from threading import Thread
from time import monotonic

LINE = "x" * 74 + "\r\n"


def main():
    port, connections, size, count = map(int, sys.argv[1:])
    message = "Subject: ready\r\n\r\n" + LINE * (size // len(LINE))
    threads = [
        Thread(target=_send, args=[port, message, count // connections]) for _ in range(connections)
    ]
    begun = monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(monotonic() - begun)


def _send(port, message, count):
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        for number in range(count):
            smtp.sendmail("from@volante.example", f"person{number}@mail.example", message)


if __name__ == "__main__":
    main()
