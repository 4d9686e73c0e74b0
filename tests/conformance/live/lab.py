"""Wires that a device adapter makes for itself."""
import pathlib
import subprocess


def run(*arguments, check=True, **more):
    done = subprocess.run([str(a) for a in arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)
    if check and done.returncode:
        raise RuntimeError("%s: exit code %d\n%s" % (" ".join(map(str, arguments)), done.returncode, done.stdout))
    return done.stdout


def ip(*arguments, check=True):
    return run("ip", *arguments, check=check)


def silence(interface):
    """The kernel does not speak on the interface, and leaves frames as they are."""
    switch = pathlib.Path("/proc/sys/net/ipv6/conf/%s/disable_ipv6" % interface)
    if switch.exists():
        switch.write_text("1")
    run("ethtool", "-K", interface, "tx", "off", "gro", "off", "gso", "off", "tso", "off", "txvlan", "off", check=False)


def veth(one, other, mtu=9300):
    ip("link", "add", one, "mtu", "9300", "type", "veth", "peer", "name", other, "mtu", mtu)
    for end in (one, other):
        silence(end)
        ip("link", "set", end, "up", "promisc", "on")
