using System.Runtime.CompilerServices;

namespace NvgreGateway.Packets;

/// <summary>EtherTypes, as host-order numbers; compare with <see cref="UInt16BigEndian.Is"/>.</summary>
public static class EtherType
{
    /// <summary>IPv4.</summary>
    public const ushort Ipv4 = 0x0800;

    /// <summary>ARP.</summary>
    public const ushort Arp = 0x0806;

    /// <summary>Reverse ARP, the announcement of a moved MAC (E-061).</summary>
    public const ushort Rarp = 0x8035;

    /// <summary>Transparent Ethernet bridging, the protocol type of NVGRE's GRE header.</summary>
    public const ushort TransparentEthernet = 0x6558;

    /// <summary>Customer VLAN tag (802.1Q).</summary>
    public const ushort Vlan = 0x8100;

    /// <summary>Service VLAN tag (802.1ad, now 802.1Q).</summary>
    public const ushort ServiceVlan = 0x88A8;

    /// <summary>A tag by project decision: the usual one before 802.1ad.</summary>
    public const ushort LegacyVlan9100 = 0x9100;

    /// <summary>A tag by project decision .</summary>
    public const ushort LegacyVlan9200 = 0x9200;

    /// <summary>IPv6.</summary>
    public const ushort Ipv6 = 0x86DD;

    /// <summary>Fibre Channel over Ethernet, lossless .</summary>
    public const ushort FibreChannel = 0x8906;

    /// <summary>FCoE initialisation protocol, lossless .</summary>
    public const ushort FibreChannelInitialisation = 0x8914;

    /// <summary>Values below this are an 802.3 length, not a type.</summary>
    public const ushort MinType = 0x0600;

    /// <summary>True for a TPID that counts as a tag: 0x8100, 0x88A8, 0x9100, 0x9200 .</summary>
    /// <param name="type">The field behind the MACs.</param>
    /// <returns>True for a tag.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsTag(UInt16BigEndian type) =>
        type.Is(Vlan) || type.Is(ServiceVlan) || type.Is(LegacyVlan9100) || type.Is(LegacyVlan9200);

    /// <summary>True for the EtherTypes that need a lossless network: 0x8906 and 0x8914 .</summary>
    /// <param name="type">The EtherType.</param>
    /// <returns>True when lossless.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsLossless(UInt16BigEndian type) => type.Is(FibreChannel) || type.Is(FibreChannelInitialisation);
}
