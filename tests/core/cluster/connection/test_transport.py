"""What a connection takes."""

from asyncio.sslproto import SSLProtocol

from core.cluster.connection.transport import TLS_READ_BYTES


def test_a_tls_connection_keeps_no_more_to_read_into_than_glibc_maps_by_itself() -> None:
    assert SSLProtocol.max_size == TLS_READ_BYTES < 128 * 1024
