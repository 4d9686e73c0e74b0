namespace NvgreGateway.Packets;

/// <summary>Maps IP multicast groups to the MACs they are sent to .</summary>
public static class GroupMac
{
    /// <summary>01:00:5e and the low 23 bits of the group (RFC 1112 section 6.4).</summary>
    /// <param name="group">An address of 224.0.0.0/4.</param>
    /// <returns>The group MAC.</returns>
    public static MacAddress Of(Ipv4Address group)
    {
        uint host = group.ToHost();
        return new MacAddress(0x01, 0x00, 0x5E, (byte)((host >> 16) & 0x7F), (byte)(host >> 8), (byte)host);
    }

    /// <summary>33:33 and the low 32 bits of the group (RFC 2464 section 7).</summary>
    /// <param name="group">An address of ff00::/8.</param>
    /// <returns>The group MAC.</returns>
    public static MacAddress Of(Ipv6Address group)
    {
        ulong low = group.HostLow;
        return new MacAddress(0x33, 0x33, (byte)(low >> 24), (byte)(low >> 16), (byte)(low >> 8), (byte)low);
    }

    /// <summary>The MAC that neighbour solicitations for an address are sent to: 33:33:ff and its low 24 bits.</summary>
    /// <param name="target">A unicast address.</param>
    /// <returns>The MAC of its solicited-node group.</returns>
    public static MacAddress SolicitedNode(Ipv6Address target) => Of(target.SolicitedNode());
}
