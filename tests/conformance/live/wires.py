"""Raw Ethernet on a network interface: what was on the wire, its VLAN tags included."""
import errno
import select
import socket
import struct
import time

ETH_P_ALL = 3
SOL_PACKET, PACKET_AUXDATA, PACKET_IGNORE_OUTGOING = 263, 8, 23
VLAN_VALID, TPID_VALID = 0x10, 0x40
SHORTEST = 14  # a packet socket sends nothing shorter


class Wire:
    """A packet socket. The kernel takes the outer tag out of a received frame and tells it beside: it is put back."""

    def __init__(self, interface):
        self.interface = interface
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        self.socket.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
        self.socket.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            self.socket.setsockopt(socket.SOL_SOCKET, option, 8 << 20)
        self.socket.bind((interface, ETH_P_ALL))
        self.socket.setblocking(False)

    def send(self, frame):
        """False where the interface does not take the frame: it is longer than the MTU of one of its ends."""
        end = time.monotonic() + 0.2
        while True:
            try:
                self.socket.send(frame)
                return True
            except OSError as error:
                if error.errno == errno.EMSGSIZE or error.errno == errno.ENOBUFS and time.monotonic() > end:
                    return False
                if error.errno not in (errno.ENOBUFS, errno.EAGAIN):
                    raise
                time.sleep(0.002)

    def receive(self):
        """The next frame, or None where none waits."""
        while True:
            try:
                data, beside, _, address = self.socket.recvmsg(1 << 17, socket.CMSG_SPACE(20))
            except BlockingIOError:
                return None
            if address[2] == socket.PACKET_OUTGOING:
                continue
            for level, kind, value in beside:
                if level == SOL_PACKET and kind == PACKET_AUXDATA:
                    status, _, _, _, _, tci, tpid = struct.unpack("=IIIHHHH", value[:20])
                    if status & VLAN_VALID:
                        data = data[:12] + struct.pack("!HH", tpid if status & TPID_VALID else 0x8100, tci) + data[12:]
            return data

    def close(self):
        self.socket.close()


def wait(wires, seconds):
    """Returns as soon as a frame waits on one of the wires, or when the time is over."""
    select.select([w.socket for w in wires], [], [], max(0, seconds))
