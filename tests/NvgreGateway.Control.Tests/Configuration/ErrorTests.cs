using System.Text.Json.Nodes;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Tests;

namespace NvgreGateway.Control.Tests.Configuration;

/// <summary>Each case breaks one thing in a valid file and names the one error that must come of it, whole.</summary>
public sealed class ErrorTests
{
    private const string Vid = "1 to 4094";
    private const string ItemName = "1 to 32 letters, digits, '.', '_' and '-', a letter or digit first";
    private const string Mac = "a unicast MAC address such as \"02:00:00:00:01:01\", not zero";
    private const string Pa = "a PA: a unicast IPv4 or IPv6 address such as \"192.0.2.2\" or \"2001:db8::2\"";
    private const string LocalAddress = "a unicast address with its prefix length (1 to 32 or 128), such as \"192.0.2.1/24\" or \"2001:db8::1/64\"";
    private const string Prefix = "a prefix without host bits, such as \"0.0.0.0/0\", \"198.51.100.0/24\" or \"2001:db8:1::/48\"";
    private const string OffloadWords = "encap.enabled, encap.nvgre, tso.inner4, tso.inner6, uso.inner4, uso.inner6, csum.ip4, csum.tcp4, csum.tcp6, csum.udp4, csum.udp6";
    private const string Offload = $"\"auto\", \"off\", or an object of {OffloadWords}, each \"on\" or \"off\", csum.* also \"tx\" or \"rx\"";
    private const string Exception = "an access port of its own, without attachments";
    private const string Listen = "an IP address and a TCP port (0 takes a free one), such as \"127.0.0.1:9471\" or \"[::1]:9471\"";

    /// <summary>Place to change, value to put there (null removes), then path, value, problem and what is allowed of the error.</summary>
    public static TheoryData<string, string?, string, string, string, string> SingleValues { get; } = new()
    {
        { "name", null, "name", "missing", "is required", "1 to 32 of a-z, 0-9 and '-'" },
        { "name", "\"GW\"", "name", "\"GW\"", "does not have the right form", "1 to 32 of a-z, 0-9 and '-'" },
        { "name", "\"\"", "name", "\"\"", "does not have the right form", "1 to 32 of a-z, 0-9 and '-'" },
        { "name", "\"a\\n\"", "name", "\"a\\n\"", "does not have the right form", "1 to 32 of a-z, 0-9 and '-'" },
        { "name", "7", "name", "7", "is not a string", "1 to 32 of a-z, 0-9 and '-'" },
        { "ports[0].name", "\"a/b\"", "ports[0].name", "\"a/b\"", "does not have the right form", ItemName },
        { "ports[0].name", null, "ports[0].name", "missing", "is required", ItemName },
        { "ports[1].role", null, "ports[1].role", "missing", "is required", "\"access\" or \"underlay\"" },
        { "ports[0].role", "\"acess\"", "ports[0].role", "\"acess\"", "is not one of the words, did you mean \"access\"?", "\"access\" or \"underlay\"" },
        { "ports[0].device", null, "ports[0].device", "missing", "is required", "a PCI address such as \"0000:01:00.0\" or a DPDK vdev string such as \"net_af_packet0,iface=eth0\", without blanks, arguments up to 320 characters" },
        { "ports[0].device", "\"net_tap0, iface=x\"", "ports[0].device", "\"net_tap0, iface=x\"", "does not have the right form", "a PCI address such as \"0000:01:00.0\" or a DPDK vdev string such as \"net_af_packet0,iface=eth0\", without blanks, arguments up to 320 characters" },
        { "ports[0].mac", "\"02:00:00:00:00\"", "ports[0].mac", "\"02:00:00:00:00\"", "is not a MAC address", Mac },
        { "ports[0].mac", "\"01:00:00:00:00:00\"", "ports[0].mac", "\"01:00:00:00:00:00\"", "is a group address", Mac },
        { "ports[0].mac", "\"00:00:00:00:00:00\"", "ports[0].mac", "\"00:00:00:00:00:00\"", "is the zero address", Mac },
        { "ports[0].mtu", "67", "ports[0].mtu", "67", "is out of range", "68 to 9216 bytes" },
        { "ports[0].mtu", "9217", "ports[0].mtu", "9217", "is out of range", "68 to 9216 bytes" },
        { "ports[0].mtu", "1400.5", "ports[0].mtu", "1400.5", "is not a whole number in range", "68 to 9216 bytes" },
        { "ports[0].mtu", "99999999999999999999", "ports[0].mtu", "99999999999999999999", "is not a whole number in range", "68 to 9216 bytes" },
        { "ports[0].mtu", "\"1500\"", "ports[0].mtu", "\"1500\"", "is not a number", "68 to 9216 bytes" },
        { "offload", "\"on\"", "offload", "\"on\"", "is not one of the words", "\"auto\" or \"off\"" },
        { "ports[0].offload", "true", "ports[0].offload", "true", "is neither of the words nor an object", Offload },
        { "ports[0].offload", "\"on\"", "ports[0].offload", "\"on\"", "is neither of the words nor an object", Offload },
        { "ports[0].offload", "{ \"tso.inner4\": \"tx\" }", "ports[0].offload.\"tso.inner4\"", "\"tx\"", "is not a state of this offload", "\"on\" or \"off\"" },
        { "ports[0].offload", "{ \"csum.ip4\": 3 }", "ports[0].offload.\"csum.ip4\"", "3", "is not a state of this offload", "\"on\" or \"off\" or \"tx\" or \"rx\"" },
        { "ports[0].offload", "{ \"csum.ip6\": \"on\" }", "ports[0].offload.\"csum.ip6\"", "\"on\"", "is not an offload, did you mean \"csum.ip4\"?", OffloadWords },
        { "ports[0].queues", "65", "ports[0].queues", "65", "is out of range", "1 to 64" },
        { "ports[0].vsidQueues", "[ { \"mac\": \"02:00:00:00:0b:01\", \"queues\": [] } ]", "ports[0].vsidQueues[0].queues", "[]", "has 0 elements", "an array of 1 to 64, each 0 to 63" },
        { "ports[0].selfTest", "\"on\"", "ports[0].selfTest", "\"on\"", "is not one of the words", "\"auto\" or \"off\" or \"force\"" },
        { "ports[2].exceptionPort", "\"a/b\"", "ports[2].exceptionPort", "\"a/b\"", "does not have the right form", "the name of an access port" },
        { "ports[0].trust", "\"cos\"", "ports[0].trust", "\"cos\"", "is not one of the words", "\"dscp\" or \"pcp\" or \"none\"" },
        { "ports[0].controlFrames", "true", "ports[0].controlFrames", "true", "is not a string", "\"drop\" or \"forward\"" },
        { "ports[0].limits", "5", "ports[0].limits", "5", "is not an object", "limits as an object" },
        { "ports[0].limits.macs", "0", "ports[0].limits.macs", "0", "is out of range", "1 to 16777216 MACs" },
        { "ports[2].ttl", "0", "ports[2].ttl", "0", "is out of range", "1 to 255" },
        { "ports[2].ttl", "256", "ports[2].ttl", "256", "is out of range", "1 to 255" },
        { "ports[2].extraOverhead", "-1", "ports[2].extraOverhead", "-1", "is out of range", "0 to 512 bytes" },
        { "ports[2].routes[0].prefix", "\"198.51.100.1/24\"", "ports[2].routes[0].prefix", "\"198.51.100.1/24\"", "has host bits set (the prefix is 198.51.100.0/24)", Prefix },
        { "ports[2].routes[0].prefix", "\"198.51.100.0\"", "ports[2].routes[0].prefix", "\"198.51.100.0\"", "is not a prefix", Prefix },
        { "ports[3].addresses[0]", "\"2001:db8::1/129\"", "ports[3].addresses[0]", "\"2001:db8::1/129\"", "is not an address with a prefix length", LocalAddress },
        { "ports[3].addresses[0]", "\"2001:db8::1/064\"", "ports[3].addresses[0]", "\"2001:db8::1/064\"", "is not an address with a prefix length", LocalAddress },
        { "ports[3].addresses[0]", "\"fe80::1%eth0/64\"", "ports[3].addresses[0]", "\"fe80::1%eth0/64\"", "is not an address with a prefix length", LocalAddress },
        { "ports[3].addresses[0]", "\"192.0.2\"", "ports[3].addresses[0]", "\"192.0.2\"", "is not an address with a prefix length", LocalAddress },
        { "ports[3].addresses[0]", "\"192.0.513/24\"", "ports[3].addresses[0]", "\"192.0.513/24\"", "is not an address with a prefix length", LocalAddress },
        { "ports[3].addresses[0]", "\"192.0.3.0/0\"", "ports[3].addresses[0]", "\"192.0.3.0/0\"", "is not an address with a prefix length", LocalAddress },
        { "ports[3].addresses[0]", "\"192.0.3.0/24\"", "ports[3].addresses[0]", "\"192.0.3.0/24\"", "is the network address of its prefix", LocalAddress },
        { "ports[3].addresses[0]", "\"192.0.3.255/24\"", "ports[3].addresses[0]", "\"192.0.3.255/24\"", "is the broadcast address of its prefix", LocalAddress },
        { "ports[3].addresses[0]", "\"224.0.0.1/24\"", "ports[3].addresses[0]", "\"224.0.0.1/24\"", "is a group address", LocalAddress },
        { "ports[3].addresses[0]", "\"ff02::1/64\"", "ports[3].addresses[0]", "\"ff02::1/64\"", "is a group address", LocalAddress },
        { "ports[3].addresses[0]", "\"127.0.0.1/8\"", "ports[3].addresses[0]", "\"127.0.0.1/8\"", "is a loopback address", LocalAddress },
        { "ports[3].addresses[0]", "\"::1/64\"", "ports[3].addresses[0]", "\"::1/64\"", "is the loopback address", LocalAddress },
        { "ports[3].addresses[0]", "\"::ffff:192.0.2.9/120\"", "ports[3].addresses[0]", "\"::ffff:192.0.2.9/120\"", "is an IPv4 address in IPv6 form", LocalAddress },
        { "segments[0].attachments", null, "segments[0].attachments", "missing", "is required", "an array of 1 to 4096, each an attachment as an object" },
        { "segments[1].attachments", "[]", "segments[1].attachments", "[]", "has 0 elements", "an array of 1 to 4096, each an attachment as an object" },
        { "segments[1].attachments[0].port", null, "segments[1].attachments[0].port", "missing", "is required", "the name of an access port" },
        { "segments[1].attachments[0].vlan", null, "segments[1].attachments[0].vlan", "missing", "is required", "1 to 4094, or \"vlans\" with a range" },
        { "segments[1].name", null, "segments[1].name", "missing", "is required", ItemName },
        { "segments[1].vsid", null, "segments[1].vsid", "missing", "is required", "4096 to 16777214" },
        { "segments[1].vsid", "\"5001\"", "segments[1].vsid", "\"5001\"", "is not a number", "4096 to 16777214" },
        { "segments[1].learning", "1", "segments[1].learning", "1", "is neither true nor false", "true or false" },
        { "segments[1].unknownUnicast", "\"flod\"", "segments[1].unknownUnicast", "\"flod\"", "is not one of the words, did you mean \"flood\"?", "\"flood\" or \"drop\"" },
        { "segments[1].adminState", "null", "segments[1].adminState", "null", "is not a string", "\"up\" or \"down\"" },
        { "segments[1].pcpToDscp", "[0,8,16]", "segments[1].pcpToDscp", "[0,8,16]", "has 3 elements", "an array of exactly 8, each 0 to 63" },
        { "segments[0].pcpToDscp[7]", "64", "segments[0].pcpToDscp[7]", "64", "is out of range", "0 to 63" },
        { "segments[0].dscpToPcp[63]", "8", "segments[0].dscpToPcp[63]", "8", "is out of range", "0 to 7" },
        { "segments[1].peers", "\"192.0.2.2\"", "segments[1].peers", "\"192.0.2.2\"", "is not an array", "an array of 0 to 4096, each " + Pa + ", or a peer as an object" },
        { "segments[1].peers[0]", "7", "segments[1].peers[0]", "7", "is neither a string nor an object", Pa + ", or a peer as an object" },
        { "segments[1].peers[0]", "\"192.0.2\"", "segments[1].peers[0]", "\"192.0.2\"", "is not an IP address", Pa },
        { "segments[1].peers[0]", "\"gw2\"", "segments[1].peers[0]", "\"gw2\"", "is not an IP address", Pa },
        { "segments[1].peers[0]", "{}", "segments[1].peers[0].address", "missing", "is required", Pa },
        { "segments[1].peers[0]", "\"224.0.0.5\"", "segments[1].peers[0]", "\"224.0.0.5\"", "is a group address", Pa },
        { "segments[1].peers[0]", "{\"address\":\"ff05::1\"}", "segments[1].peers[0].address", "\"ff05::1\"", "is a group address", Pa },
        { "segments[1].peers[0]", "\"127.1.2.3\"", "segments[1].peers[0]", "\"127.1.2.3\"", "is a loopback address", Pa },
        { "segments[1].peers[0]", "\"::1\"", "segments[1].peers[0]", "\"::1\"", "is the loopback address", Pa },
        { "segments[1].peers[0]", "\"0.0.0.0\"", "segments[1].peers[0]", "\"0.0.0.0\"", "is the unspecified address", Pa },
        { "segments[1].peers[0]", "\"::\"", "segments[1].peers[0]", "\"::\"", "is the unspecified address", Pa },
        { "segments[1].peers[0]", "\"255.255.255.255\"", "segments[1].peers[0]", "\"255.255.255.255\"", "is the broadcast address", Pa },
        { "segments[1].peers[0]", "\"0.1.2.3\"", "segments[1].peers[0]", "\"0.1.2.3\"", "is an address of \"this network\" (0.0.0.0/8)", Pa },
        { "segments[1].peers[0]", "\"240.0.0.1\"", "segments[1].peers[0]", "\"240.0.0.1\"", "is a reserved address (240.0.0.0/4)", Pa },
        { "segments[0].peers[1].ecn", "\"on\"", "segments[0].peers[1].ecn", "\"on\"", "is not one of the words", "\"compatibility\" or \"normal\"" },
        { "segments[0].peers[1].flowId", "\"nil\"", "segments[0].peers[1].flowId", "\"nil\"", "is not one of the words", "\"hash\" or \"zero\"" },
        { "segments[0].peers[1].dscp.encapsulate", "64", "segments[0].peers[1].dscp.encapsulate", "64", "is out of range", "\"copy\", \"pcp\" or a DSCP, 0 to 63" },
        { "segments[0].peers[1].dscp.encapsulate", "\"ef\"", "segments[0].peers[1].dscp.encapsulate", "\"ef\"", "is neither of the words nor a number", "\"copy\", \"pcp\" or a DSCP, 0 to 63" },
        { "segments[0].peers[1].dscp.decapsulate", "\"copy\"", "segments[0].peers[1].dscp.decapsulate", "\"copy\"", "is not one of the words", "\"pipe\" or \"uniform\"" },
        { "segments[0].records[0].mac", null, "segments[0].records[0].mac", "missing", "is required", Mac },
        { "segments[0].records[0].mac", "\"03:00:00:00:00:01\"", "segments[0].records[0].mac", "\"03:00:00:00:00:01\"", "is a group address", Mac },
        { "segments[0].records[0].mac", "\"00:00:00:00:00:00\"", "segments[0].records[0].mac", "\"00:00:00:00:00:00\"", "is the zero address", Mac },
        { "segments[0].records[0].ca", "\"10.1.0.300\"", "segments[0].records[0].ca", "\"10.1.0.300\"", "is not an IP address", "a CA: a unicast IPv4 or IPv6 address such as \"192.0.2.2\" or \"2001:db8::2\"" },
        { "segments[0].records[0].pa", null, "segments[0].records[0]", "{\"mac\":\"02:00:00:00:0b:01\",\"sticky\":true}", "names no place", "either \"pa\", or \"port\" and \"vlan\"" },
        { "segments[0].records[1].vlan", null, "segments[0].records[1]", "{\"mac\":\"02:00:00:00:0b:02\",\"ca\":\"2001:db8:ffff::5\",\"port\":\"t0\"}", "names half an attachment", "either \"pa\", or \"port\" and \"vlan\"" },
        { "segments[0].records[1].pa", "\"198.51.100.10\"", "segments[0].records[1]", "{\"mac\":\"02:00:00:00:0b:02\",\"ca\":\"2001:db8:ffff::5\",\"port\":\"t0\",\"vlan\":4094,\"pa\":...", "names a peer and an attachment", "either \"pa\", or \"port\" and \"vlan\"" },
        { "fdb.capacity", "15", "fdb.capacity", "15", "is out of range", "16 to 16777216 entries" },
        { "fdb.capacity", "16777217", "fdb.capacity", "16777217", "is out of range", "16 to 16777216 entries" },
        { "fdb.ageingSeconds", "9", "fdb.ageingSeconds", "9", "is out of range", "10 to 1000000 s" },
        { "fdb.ageingSeconds", "1000001", "fdb.ageingSeconds", "1000001", "is out of range", "10 to 1000000 s" },
        { "fdb.moves.limit", "0", "fdb.moves.limit", "0", "is out of range", "1 to 1000 moves" },
        { "workers.cores", "[]", "workers.cores", "[]", "has 0 elements", "an array of 1 to 64, each 0 to 1023" },
        { "workers.cores[0]", "1024", "workers.cores[0]", "1024", "is out of range", "0 to 1023" },
        { "workers.burst", "0", "workers.burst", "0", "is out of range", "1 to 128 packets" },
        { "workers.burst", "129", "workers.burst", "129", "is out of range", "1 to 128 packets" },
        { "workers.spread", "\"on\"", "workers.spread", "\"on\"", "is not one of the words", "\"auto\" or \"always\" or \"off\"" },
        { "workers.idle", "\"spin\"", "workers.idle", "\"spin\"", "is not one of the words", "\"poll\" or \"sleep\"" },
        { "budgets.arp", "1000001", "budgets.arp", "1000001", "is out of range", "0 to 1000000 packets a second" },
        { "neighbors.hold", "1025", "neighbors.hold", "1025", "is out of range", "0 to 1024 packets" },
        { "memory.megabytes", "1", "memory.megabytes", "1", "is out of range", "16 to 1048576 MiB" },
        { "memory.hugepages", "\"on\"", "memory.hugepages", "\"on\"", "is not one of the words", "\"auto\" or \"off\"" },
        { "segments[0].storm.broadcast", "0", "segments[0].storm.broadcast", "0", "is not a rate", "packets a second, or kbit/s as \"10kbps\"; 1 to 1000000000" },
        { "segments[0].storm.broadcast", "1.5", "segments[0].storm.broadcast", "1.5", "is not a rate", "packets a second, or kbit/s as \"10kbps\"; 1 to 1000000000" },
        { "segments[0].storm.multicast", "1000000001", "segments[0].storm.multicast", "1000000001", "is not a rate", "packets a second, or kbit/s as \"10kbps\"; 1 to 1000000000" },
        { "ports[2].storm.unknown", "\"10\"", "ports[2].storm.unknown", "\"10\"", "is not a rate", "packets a second, or kbit/s as \"10kbps\"; 1 to 1000000000" },
        { "ports[2].storm.unknown", "\"0kbps\"", "ports[2].storm.unknown", "\"0kbps\"", "is not a rate", "packets a second, or kbit/s as \"10kbps\"; 1 to 1000000000" },
        { "ports[2].storm.unknown", "\"kbps\"", "ports[2].storm.unknown", "\"kbps\"", "is not a rate", "packets a second, or kbit/s as \"10kbps\"; 1 to 1000000000" },
        { "ports[2].storm.unknown", "\"10 kbps\"", "ports[2].storm.unknown", "\"10 kbps\"", "is not a rate", "packets a second, or kbit/s as \"10kbps\"; 1 to 1000000000" },
        { "ports[2].storm.unknown", "\"10KBPS\"", "ports[2].storm.unknown", "\"10KBPS\"", "is not a rate", "packets a second, or kbit/s as \"10kbps\"; 1 to 1000000000" },
        { "metrics.listen", "\"9471\"", "metrics.listen", "\"9471\"", "does not have the right form", Listen },
        { "metrics.listen", "\"localhost:9471\"", "metrics.listen", "\"localhost:9471\"", "does not have the right form", Listen },
        { "metrics.listen", "\"127.0.0.1:65536\"", "metrics.listen", "\"127.0.0.1:65536\"", "does not have the right form", Listen },
        { "metrics.listen", "\"::1:9471\"", "metrics.listen", "\"::1:9471\"", "does not have the right form", Listen },
        { "metrics.listen", "\"[127.0.0.1]:9471\"", "metrics.listen", "\"[127.0.0.1]:9471\"", "does not have the right form", Listen },
    };

    /// <summary>The same for what ties settings together.</summary>
    public static TheoryData<string, string?, string, string, string, string> References { get; } = new()
    {
        { "ports[3].name", "\"u0\"", "ports[3].name", "\"u0\"", "is the name of another port, ports[2].name", "a name that no other port has" },
        { "ports[1].device", "\"02:00.0\"", "ports[2].device", "\"0000:02:00.0\"", "is the device of another port, ports[1].device", "a device (for a vdev: its name before the first comma) that no other port has" },
        { "ports[3].device", "\"net_tap0,iface=other\"", "ports[3].device", "\"net_tap0,iface=other\"", "is the device of another port, ports[0].device", "a device (for a vdev: its name before the first comma) that no other port has" },
        { "ports[0].queues", "3", "ports[0].queues", "3", "is more than there are workers", "1 to 2" },
        { "ports[0].vsidQueues", "[ { \"queues\": [0] } ]", "ports[0].vsidQueues[0]", "neither", "is not one of vsid and mac", "either a VSID or a MAC" },
        { "ports[0].vsidQueues", "[ { \"vsid\": 5001, \"queues\": [0] } ]", "ports[0].vsidQueues[0].vsid", "5001", "cannot be matched on an access port, which receives no NVGRE", "a MAC, or an underlay port" },
        { "ports[2].vsidQueues", "[ { \"vsid\": 5001, \"queues\": [0, 2] } ]", "ports[2].vsidQueues[0].queues[1]", "2", "is not a queue of the port, which has 2", "0 to 1" },
        { "ports[2].vsidQueues", "[ { \"vsid\": 5001, \"queues\": [0] }, { \"vsid\": 5001, \"queues\": [0] } ]", "ports[2].vsidQueues[1].vsid", "5001", "has queues already, ports[2].vsidQueues[0].vsid", "each VSID and each MAC once" },
        { "ports[2].exceptionPort", "\"t9\"", "ports[2].exceptionPort", "\"t9\"", "is no port, did you mean \"t0\"?", Exception },
        { "ports[2].exceptionPort", "\"u0\"", "ports[2].exceptionPort", "\"u0\"", "is this port itself", Exception },
        { "ports[2].exceptionPort", "\"u1\"", "ports[2].exceptionPort", "\"u1\"", "is an underlay port", Exception },
        { "ports[2].exceptionPort", "\"a1\"", "ports[2].exceptionPort", "\"a1\"", "has an attachment, segments[1].attachments[0]", Exception },
        { "ports[0].exceptionPort", "\"a1\"", "ports[0].exceptionPort", "\"a1\"", "does not go with role \"access\"", "with role \"underlay\" only" },
        { "ports[1].nativeVlan", null, "ports[1].nativeVlan", "missing", "is required by mode \"access\"", Vid },
        { "ports[1].nativeVlan", "301", "segments[1].attachments[0].vlan", "300", "is not the VLAN of port \"a1\", whose mode is \"access\"", "its nativeVlan, 301" },
        { "ports[0].addresses", "[]", "ports[0].addresses", "[]", "does not go with role \"access\"", "with role \"underlay\" only" },
        { "ports[0].vlan", "5", "ports[0].vlan", "5", "does not go with role \"access\"", "with role \"underlay\" only" },
        { "ports[0].ttl", "5", "ports[0].ttl", "5", "does not go with role \"access\"", "with role \"underlay\" only" },
        { "ports[0].extraOverhead", "5", "ports[0].extraOverhead", "5", "does not go with role \"access\"", "with role \"underlay\" only" },
        { "ports[0].routes", "[]", "ports[0].routes", "[]", "does not go with role \"access\"", "with role \"underlay\" only" },
        { "ports[0].neighbors", "[]", "ports[0].neighbors", "[]", "does not go with role \"access\"", "with role \"underlay\" only" },
        { "ports[2].mode", "\"trunk\"", "ports[2].mode", "\"trunk\"", "does not go with role \"underlay\"", "with role \"access\" only" },
        { "ports[2].nativeVlan", "7", "ports[2].nativeVlan", "7", "does not go with role \"underlay\"", "with role \"access\" only" },
        { "ports[2].trust", "\"dscp\"", "ports[2].trust", "\"dscp\"", "does not go with role \"underlay\"", "with role \"access\" only" },
        { "ports[2].controlFrames", "\"drop\"", "ports[2].controlFrames", "\"drop\"", "does not go with role \"underlay\"", "with role \"access\" only" },
        { "ports[2].limits", "{}", "ports[2].limits", "{}", "does not go with role \"underlay\"", "with role \"access\" only" },
        { "ports[3].addresses[2]", "\"192.0.2.1/32\"", "ports[3].addresses[2]", "\"192.0.2.1/32\"", "is a local PA already, ports[2].addresses[0]", "each address once" },
        { "ports[2].routes[0].via", "\"192.0.3.254\"", "ports[2].routes[0].via", "\"192.0.3.254\"", "is not on-link on this port", "an address inside 192.0.2.0/24" },
        { "ports[2].routes[0].via", "\"192.0.2.1\"", "ports[2].routes[0].via", "\"192.0.2.1\"", "is a local PA", "an address inside 192.0.2.0/24, not our own" },
        { "ports[2].routes[0].via", "\"192.0.2.255\"", "ports[2].routes[0].via", "\"192.0.2.255\"", "is the broadcast or network address of a local prefix", "an address inside 192.0.2.0/24" },
        { "ports[2].routes[0].via", "\"2001:db8::9\"", "ports[2].routes[0].via", "\"2001:db8::9\"", "is not of the family of the prefix", "an IPv4 address" },
        { "ports[2].routes[1]", "{\"prefix\":\"198.51.100.0/24\",\"via\":\"192.0.2.254\"}", "ports[2].routes[1].via", "\"192.0.2.254\"", "is a next hop of that prefix already, ports[2].routes[0]", "each next hop of a prefix once" },
        { "ports[3].neighbors[0].address", "\"192.0.2.9\"", "ports[3].neighbors[0].address", "\"192.0.2.9\"", "is not on-link on this port", "an address inside 2001:db8::/64, 203.0.113.0/31" },
        { "ports[3].neighbors[0].address", "\"2001:db8::1\"", "ports[3].neighbors[0].address", "\"2001:db8::1\"", "is a local PA", "an address inside 2001:db8::/64, 203.0.113.0/31, not our own" },
        { "ports[3].neighbors[1]", "{\"address\":\"2001:db8::2\",\"mac\":\"02:00:00:00:00:09\"}", "ports[3].neighbors[1].address", "\"2001:db8::2\"", "is a neighbour already, ports[3].neighbors[0].address", "each neighbour of a port once" },
        { "segments[1].name", "\"blue\"", "segments[1].name", "\"blue\"", "is the name of another segment, segments[0].name", "a name that no other segment has" },
        { "segments[0].sourceAddresses[2]", "\"192.0.2.9\"", "segments[0].sourceAddresses[2]", "\"192.0.2.9\"", "is not a local PA", "one of the addresses of the underlay ports: 192.0.2.1, 2001:db8::1, 203.0.113.1" },
        { "segments[0].sourceAddresses[2]", "\"203.0.113.1\"", "segments[0].sourceAddresses[2]", "\"203.0.113.1\"", "stands here a second time", "each address once" },
        { "segments[0].sourceAddresses", "[\"203.0.113.1\"]", "segments[0].peers[1].address", "\"2001:db8:1::9\"", "has no source address: no local PA among the segment's is IPv6", "a peer of the family of a source address, or an IPv6 address on an underlay port (and in sourceAddresses)" },
        { "segments[1].attachments[0].port", "\"a2\"", "segments[1].attachments[0].port", "\"a2\"", "is no port, did you mean \"a1\"?", "an access port: \"t0\", \"a1\"" },
        { "segments[1].attachments[0].port", "\"u0\"", "segments[1].attachments[0].port", "\"u0\"", "is an underlay port", "an access port: \"t0\", \"a1\"" },
        { "segments[1].peers[0]", "\"198.18.0.1\"", "segments[1].peers[0]", "\"198.18.0.1\"", "has no route", "an address on-link on an underlay port, or inside a prefix of its routes" },
        { "segments[1].peers[0]", "\"192.0.2.1\"", "segments[1].peers[0]", "\"192.0.2.1\"", "is our own address, ports[2].addresses[0]", "the PA of another endpoint" },
        { "segments[1].peers[0]", "{\"address\":\"203.0.113.1\"}", "segments[1].peers[0].address", "\"203.0.113.1\"", "is our own address, ports[3].addresses[1]", "the PA of another endpoint" },
        { "segments[1].peers[0]", "\"192.0.2.255\"", "segments[1].peers[0]", "\"192.0.2.255\"", "is the broadcast or network address of a local prefix", "a unicast address" },
        { "segments[1].peers[0]", "\"192.0.2.0\"", "segments[1].peers[0]", "\"192.0.2.0\"", "is the broadcast or network address of a local prefix", "a unicast address" },
        { "segments[1].peers[1]", "{\"address\":\"192.0.2.77\"}", "segments[1].peers[1].address", "\"192.0.2.77\"", "is a peer of this segment already, segments[1].peers[0]", "each peer of a segment once" },
        { "segments[0].records[0].pa", "\"192.0.2.77\"", "segments[0].records[0].pa", "\"192.0.2.77\"", "is not a peer of the segment", "an address of its peers" },
        { "segments[0].records[1].vlan", "11", "segments[0].records[1]", "port \"t0\", vlan 11", "is not an attachment of the segment", "port and vlan of one of its attachments" },
        { "segments[0].records[1].port", "\"a1\"", "segments[0].records[1]", "port \"a1\", vlan 4094", "is not an attachment of the segment", "port and vlan of one of its attachments" },
        { "segments[0].records[1].mac", "\"02:00:00:00:0b:01\"", "segments[0].records[1].mac", "\"02:00:00:00:0b:01\"", "has a record in this segment already, segments[0].records[0].mac", "each MAC of a segment once" },
        { "segments[0].records[1].mac", "\"02:00:00:00:00:01\"", "segments[0].records[1].mac", "\"02:00:00:00:00:01\"", "is the gateway's own, of port \"t0\"", "the MAC of a tenant" },
        { "workers.cores[1]", "0", "workers.cores[1]", "0", "is the core of another worker, workers.cores[0]", "each core once" },
        { "neighbors.giveUpSeconds", "1", "neighbors.giveUpSeconds", "1", "is shorter than one retry", "at least retrySeconds, 2" },
    };

    [Theory]
    [MemberData(nameof(SingleValues))]
    public void A_bad_value_is_named_with_its_place_and_what_is_allowed(string place, string? value, string path, string shown, string problem, string allowed) =>
        Check(place, value, path, shown, problem, allowed);

    [Theory]
    [MemberData(nameof(References))]
    public void What_does_not_fit_together_is_named_with_its_place_and_what_is_allowed(string place, string? value, string path, string shown, string problem, string allowed) =>
        Check(place, value, path, shown, problem, allowed);

    [Theory]
    [Requirement("A-021")]
    [InlineData(4095)]
    [InlineData(0)]
    [InlineData(16777215)]
    [InlineData(-1)]
    public void Vsids_outside_the_range_are_refused(int vsid)
    {
        ConfigurationResult result = ConfigurationLoader.Parse(Samples.Edit(Samples.Example, "segments[0].vsid", $"{vsid}"));

        Assert.Null(result.Configuration);
        Assert.Equal(new ConfigurationError("segments[0].vsid", $"{vsid}", "is out of range", "4096 to 16777214"), Assert.Single(result.Errors));
    }

    [Theory]
    [Requirement("A-021")]
    [InlineData(4096)]
    [InlineData(16777214)]
    public void Vsids_at_both_ends_of_the_range_are_accepted(int vsid) =>
        Assert.Equal(vsid, Samples.Accept(Samples.Edit(Samples.Example, "segments[0].vsid", $"{vsid}")).Segments[0].Vsid);

    [Fact]
    [Requirement("A-027")]
    public void A_vsid_bound_twice_is_refused() =>
        Check("segments[1].vsid", "4096", "segments[1].vsid", "4096", "is the VSID of another segment, segments[0].vsid", "a VSID that no other segment has, 4096 to 16777214");

    [Theory]
    [Requirement("E-005")]
    [InlineData("segments[1].attachments[0].vlan")]
    [InlineData("ports[0].nativeVlan")]
    [InlineData("ports[2].vlan")]
    [InlineData("segments[0].records[1].vlan")]
    public void Vlans_0_and_4095_are_refused(string place)
    {
        Check(place, "0", place, "0", "is out of range", Vid);
        Check(place, "4095", place, "4095", "is out of range", Vid);
    }

    [Fact]
    [Requirement("E-023")]
    public void A_vlan_of_a_port_in_two_segments_is_refused()
    {
        Check("segments[1].attachments[1]", "{\"port\":\"t0\",\"vlan\":10}", "segments[1].attachments[1]", "port \"t0\", vlan 10", "is attached already, segments[0].attachments[0]", "a VLAN of a port in one segment, once");
        Check("segments[0].attachments[1].vlan", "10", "segments[0].attachments[1]", "port \"t0\", vlan 10", "is attached already, segments[0].attachments[0]", "a VLAN of a port in one segment, once", ("segments[0].records", "[]"));
    }

    [Fact]
    public void An_access_port_has_no_other_attachment() =>
        Check("segments[0].attachments[2]", "{\"port\":\"a1\",\"vlan\":5}", "segments[0].attachments[2].vlan", "5", "is not the VLAN of port \"a1\", whose mode is \"access\"", "its nativeVlan, 300");

    [Fact]
    public void More_records_than_the_table_holds_are_refused()
    {
        string records = string.Join(',', Enumerable.Range(0, 17).Select(static i => $"{{\"mac\":\"02:00:00:00:0c:{i:x2}\",\"pa\":\"192.0.2.77\"}}"));
        Check("segments[1].records", $"[{records}]", "fdb.capacity", "16", "is too small for the 19 records of the segments", "at least the number of records, up to 16777216", ("fdb.capacity", "16"));
    }

    [Fact]
    [Requirement("F-009")]
    public void A_peer_whose_family_no_port_has_is_refused() =>
        Check("segments[1].peers[0]", "\"192.0.2.77\"", "segments[1].peers[0]", "\"192.0.2.77\"", "has no source address: no local PA among the segment's is IPv4", "a peer of the family of a source address, or an IPv4 address on an underlay port (and in sourceAddresses)", ("segments[1].sourceAddresses", "[\"2001:db8::1\"]"));

    [Theory]
    [Requirement("F-009")]
    [InlineData("budgets.dhcp", "1000", "leave the key out")]
    [InlineData("budgets.bfd", "1000", "leave the key out")]
    public void What_comes_later_is_refused_as_not_supported(string place, string value, string allowed) =>
        Check(place, value, place, value, "is not supported in this version", allowed);

    [Theory]
    [Requirement("B-060")]
    [InlineData("1500", "", "", null)]
    [InlineData("1601", "1601", "is more than port \"u1\" sends", "638 to 1600")]
    [InlineData("637", "637", "leaves 575 bytes for tenant packets", "638 to 1600")]
    [InlineData("617", "617", "is out of range", "618 to 9216 bytes")]
    public void A_path_mtu_fits_the_port_and_the_least_tenant_mtu(string value, string shown, string problem, string? allowed)
    {
        if (allowed is not null)
        {
            Check("segments[0].peers[1].mtu", value, "segments[0].peers[1].mtu", shown, problem, allowed);
        }
        else
        {
            Assert.Equal(1500, Samples.Accept(Samples.Edit(Samples.Full, "segments[0].peers[1].mtu", value)).Segments[0].Peers[1].Mtu);
        }
    }

    [Theory]
    [Requirement("B-069")]
    [InlineData("\"10.1.1.1/33\"", "is not an address with a prefix length")]
    [InlineData("\"10.1.1\"", "is not an address with a prefix length")]
    [InlineData("\"10.1.1.255/24\"", "is the broadcast address of its prefix")]
    [InlineData("\"239.1.1.1\"", "is a group address")]
    [InlineData("\"::/64\"", "is the unspecified address")]
    public void A_router_address_is_a_host(string value, string problem) => Check(
        "segments[0].router.addresses[0]", value, "segments[0].router.addresses[0]", value, problem,
        "a unicast address, such as \"10.1.1.1\", or one with its prefix length, such as \"10.1.1.1/24\" or \"2001:db8::1/64\"");

    [Fact]
    [Requirement("A-103")]
    public void There_are_few_router_macs()
    {
        string Segments(int different) => "[" + string.Join(',', Enumerable.Range(0, 40).Select(i =>
            $$"""{ "name": "s{{i}}", "vsid": {{5000 + i}}, "attachments": [ { "port": "t0", "vlan": {{100 + i}} } ], "router": { "mac": "02:00:00:00:0e:{{i % different:x2}}" } }""")) + "]";
        Samples.Accept(Samples.Edit(Samples.Full, "segments", Segments(16)));
        ConfigurationError error = Samples.RefuseOnce(Samples.Edit(Samples.Full, "segments", Segments(17)));
        Assert.Equal(("segments[16].router.mac", "is one router MAC more than 16"), (error.Path, error.Problem));
    }

    [Theory]
    [Requirement("B-041")]
    [InlineData("segments[1].df", "0")]
    [InlineData("segments[0].peers[0].df", "false")]
    [InlineData("ports[2].df", "0")]
    public void Outer_packets_that_routers_may_fragment_cannot_be_asked_for(string place, string value) => Check(
        place, value, place, value, "cannot be set: without DF routers could fragment outer packets, of which no more than 65536 in 120 s can be told apart (RFC 6864)", "leave the key out: outer packets always carry DF");

    [Fact]
    [Requirement("A-120")]
    public void A_prefix_has_up_to_eight_next_hops()
    {
        static string Routes(int n) => "[" + string.Join(',', Enumerable.Range(0, n).Select(static i => $$"""{ "prefix": "198.51.100.0/24", "via": "192.0.2.{{10 + i}}" }""")) + "]";
        Assert.Equal(8, Samples.Accept(Samples.Edit(Samples.Full, "ports[2].routes", Routes(8))).Ports[2].Routes.Count);
        Check("ports[2].routes", Routes(9), "ports[2].routes[8].prefix", "\"198.51.100.0/24\"", "has 9 next hops", "up to 8, over all ports");
    }

    [Fact]
    [Requirement("A-066")]
    public void Flows_are_spread_over_up_to_eight_source_addresses()
    {
        static string Addresses(int n) => "[" + string.Join(',', Enumerable.Range(0, n).Select(static i => $"\"192.0.2.{1 + i}/24\"")) + "]";
        Samples.Accept(Samples.Edit(Samples.Full, ("segments[1].spread", "\"flow\""), ("ports[3].addresses[1]", null), ("segments[0].sourceAddresses[0]", "\"192.0.2.1\""), ("ports[2].addresses", Addresses(8))));
        Check(
            "segments[1].spread", "\"flow\"", "segments[1].spread", "\"flow\"", "would send to 192.0.2.77 from 9 addresses", "up to 8 addresses of a family in sourceAddresses",
            ("ports[3].addresses[1]", null), ("segments[0].sourceAddresses[0]", "\"192.0.2.1\""), ("ports[2].addresses", Addresses(9)));
    }

    [Theory]
    [InlineData("vsids", "segments[1].vsids", "is not a known key, did you mean \"vsid\"?")]
    [InlineData("Learning", "segments[1].Learning", "is not a known key, did you mean \"learning\"?")]
    [InlineData("unknownUnciast", "segments[1].unknownUnciast", "is not a known key, did you mean \"unknownUnicast\"?")]
    [InlineData("colour", "segments[1].colour", "is not a known key")]
    [InlineData("", "segments[1].\"\"", "is not a known key")]
    [InlineData("a.b c", "segments[1].\"a.b c\"", "is not a known key")]
    public void An_unknown_key_is_refused_with_the_likely_one(string key, string path, string problem)
    {
        JsonObject root = Samples.Node(Samples.Full);
        root["segments"]![1]![key] = 5;

        ConfigurationError error = Samples.RefuseOnce(root.ToJsonString());

        Assert.Equal((path, "5", problem), (error.Path, error.Value, error.Problem));
        Assert.Equal(
            "name, vsid, attachments, peers, sourceAddresses, spread, adminState, learning, unknownUnicast, records, arp, strictArp, localSwitching, loopDetection, limits, lossless, pcpToDscp, dscpToPcp, rewriteInnerDscp, mssClamp, fragment, router, multicastPa, groups, snooping, relay, dropBadInnerChecksum, storm",
            error.Allowed);
    }

    [Theory]
    [InlineData("""{ "name": "x", "name": "y" }""", "name", "\"y\"")]
    [InlineData("""{ "name": "x", "fdb": { "capacity": 16, "capacity": 16 } }""", "fdb.capacity", "16")]
    [InlineData("""{ "name": "x", "n\u0061me": "y" }""", "name", "\"y\"")]
    public void A_key_that_stands_twice_is_refused(string json, string path, string value) =>
        Assert.Equal(new ConfigurationError(path, value, "stands here a second time", "each key once"), Samples.RefuseOnce(json));

    [Theory]
    [InlineData("[]")]
    [InlineData("5")]
    [InlineData("null")]
    public void A_file_that_is_no_object_is_refused(string json) =>
        Assert.Equal(new ConfigurationError(string.Empty, json, "is not an object", "a gateway as an object"), Samples.RefuseOnce(json));

    [Fact]
    public void Errors_of_every_kind_are_reported_at_once()
    {
        string json = Samples.Edit(
            Samples.Full,
            ("name", "\"No Good\""),
            ("nmae", "1"),
            ("fdb.capacity", "1"),
            ("workers.cores", "[0, 0]"),
            ("ports[0].mtu", "\"big\""),
            ("ports[1].nativeVlan", "4095"),
            ("ports[3].name", "\"u0\""),
            ("ports[2].routes[0].via", "\"10.0.0.1\""),
            ("segments[0].vsid", "16777214"),
            ("segments[0].snooping", "1"),
            ("segments[0].peers[0].dscp.encapsulate", "99"),
            ("segments[0].records[0].mac", "\"ff:ff:ff:ff:ff:ff\""),
            ("segments[1].attachments[1]", "{\"port\":\"t0\",\"vlan\":10}"),
            ("segments[1].peers[0]", "\"192.0.2.1\""));

        ConfigurationResult result = ConfigurationLoader.Parse(json);

        Assert.Null(result.Configuration);
        Assert.Empty(result.Warnings);
        Assert.Equal(
            [
                "fdb.capacity", "name", "nmae", "ports[0].mtu", "ports[1].nativeVlan", "ports[2].routes[0].via", "ports[3].name",
                "segments[0].peers[0].dscp.encapsulate", "segments[0].records[0].mac", "segments[0].snooping",
                "segments[1].attachments[1]", "segments[1].peers[0]", "segments[1].vsid", "workers.cores[1]",
            ],
            result.Errors.Select(static e => e.Path).Order(StringComparer.Ordinal));
        Assert.All(result.Errors, static e => Assert.Equal($"{e.Path}: {e.Value}: {e.Problem}; allowed: {e.Allowed}", e.ToString()));
        Assert.All(result.Errors, static e => Assert.True(e is { Value.Length: > 0, Problem.Length: > 0, Allowed.Length: > 0 }));
    }

    [Fact]
    public void What_could_not_be_read_causes_no_further_errors()
    {
        // A port list that is unreadable must not make every attachment, peer and source address an error too.
        Assert.Equal("ports", Samples.RefuseOnce(Samples.Edit(Samples.Full, "ports", "7")).Path);
        Assert.Equal("ports[2].addresses[0]", Samples.RefuseOnce(Samples.Edit(Samples.Full, "ports[2].addresses[0]", "\"x\"")).Path);
        Assert.Equal("segments[0].peers", Samples.RefuseOnce(Samples.Edit(Samples.Full, "segments[0].peers", "7")).Path);
        Assert.Equal("segments[0].attachments[1].vlan", Samples.RefuseOnce(Samples.Edit(Samples.Full, "segments[0].attachments[1].vlan", "5000")).Path);
        Assert.Equal("ports[1].name", Samples.RefuseOnce(Samples.Edit(Samples.Full, "ports[1].name", "5")).Path);
        Assert.Equal("ports[0].role", Samples.RefuseOnce(Samples.Edit(Samples.Full, "ports[0].role", "\"vlan\"")).Path);
    }

    [Fact]
    public void Every_place_of_a_file_refuses_a_value_of_another_kind_by_its_own_path()
    {
        string json = Samples.Accept(Samples.Full).ToJson();
        string[] places = [.. Places(Samples.Node(json), string.Empty)];

        Assert.InRange(places.Length, 250, 500);
        foreach (string place in places)
        {
            ConfigurationResult result = ConfigurationLoader.Parse(Samples.Edit(json, place, "[[{}]]"));
            Assert.Null(result.Configuration);
            Assert.NotEmpty(result.Errors);
            Assert.All(result.Errors, error => Assert.StartsWith(place, error.Path, StringComparison.Ordinal));
            Assert.All(result.Errors, error => Assert.Contains("{}", error.Value, StringComparison.Ordinal));
        }
    }

    /// <summary>Every key and element, containers included.</summary>
    private static IEnumerable<string> Places(JsonNode? node, string prefix)
    {
        IEnumerable<(string Place, JsonNode? Value)> children = node switch
        {
            JsonObject owner => owner.Select(pair => (prefix.Length == 0 ? pair.Key : $"{prefix}.{pair.Key}", pair.Value)),
            JsonArray list => list.Select((value, i) => ($"{prefix}[{i}]", value)),
            _ => [],
        };
        return children.SelectMany(static child => Places(child.Value, child.Place).Prepend(child.Place));
    }

    private static void Check(string place, string? value, string path, string shown, string problem, string allowed, params (string, string?)[] also)
    {
        string start = Samples.Edit(Samples.Full, also);
        Assert.Equal(new ConfigurationError(path, shown, problem, allowed), Samples.RefuseOnce(Samples.Edit(start, place, value)));
    }
}
