"""Tests run without a network."""

import socket

import pytest


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1"])
def test_connections_beyond_this_machine_fail_the_test(host: str) -> None:
    """Connecting to another machine fails a test, whatever the code under test catches."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as connection, pytest.raises(pytest.fail.Exception):
        connection.connect((host, 443))


def test_names_are_not_looked_up() -> None:
    """Asking for the address of a name fails a test before the question leaves."""
    with pytest.raises(pytest.fail.Exception):
        socket.getaddrinfo("letters.example", 443)


def test_this_machine_can_be_reached() -> None:
    """A server that a test starts on this machine answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        connection = socket.create_connection(server.getsockname())
        connection.close()
