using System.Runtime.InteropServices;

namespace NvgreGateway.Packets;

/// <summary>An ARP packet for IPv4 over Ethernet (RFC 826), overlaid on what follows EtherType 0x0806.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1, Size = Size)]
public struct ArpPacket
{
    /// <summary>Length in bytes.</summary>
    public const int Size = 28;

    /// <summary>Hardware type of Ethernet.</summary>
    public const ushort HardwareEthernet = 1;

    /// <summary>Operation: who has the target address?</summary>
    public const ushort Request = 1;

    /// <summary>Operation: the sender has it.</summary>
    public const ushort Reply = 2;

    /// <summary>Operation of reverse ARP, as announcements of moved MACs use it (E-061).</summary>
    public const ushort ReverseRequest = 3;

    /// <summary>Hardware type.</summary>
    public UInt16BigEndian HardwareType;

    /// <summary>Protocol type, an EtherType.</summary>
    public UInt16BigEndian ProtocolType;

    /// <summary>Length of a hardware address.</summary>
    public byte HardwareLength;

    /// <summary>Length of a protocol address.</summary>
    public byte ProtocolLength;

    /// <summary>Operation.</summary>
    public UInt16BigEndian Operation;

    /// <summary>MAC of the sender.</summary>
    public MacAddressField SenderMac;

    /// <summary>Address of the sender; 0.0.0.0 in a probe.</summary>
    public Ipv4Address SenderAddress;

    /// <summary>MAC of the target; without meaning in a request.</summary>
    public MacAddressField TargetMac;

    /// <summary>Address that is asked for, or of the one who asked.</summary>
    public Ipv4Address TargetAddress;

    /// <summary>True when the fixed fields say IPv4 over Ethernet (E-059).</summary>
    public readonly bool IsIpv4OverEthernet =>
        HardwareType.Is(HardwareEthernet) && ProtocolType.Is(EtherType.Ipv4)
        && HardwareLength == MacAddress.Size && ProtocolLength == Ipv4Address.Size;

    /// <summary>Reads an ARP packet.</summary>
    /// <param name="payload">What follows the EtherType; padding behind the packet is ignored.</param>
    /// <param name="packet">The packet, when true is returned.</param>
    /// <returns>False when it is cut short or not IPv4 over Ethernet.</returns>
    public static bool TryRead(ReadOnlySpan<byte> payload, out ArpPacket packet) =>
        MemoryMarshal.TryRead(payload, out packet) && packet.IsIpv4OverEthernet;
}
