using NvgreGateway.Dpdk;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>Where the headers of a complete frame that is about to leave begin: what a device is told, and what its twin works with.</summary>
internal readonly unsafe struct OffloadFrame
{
    /// <summary>Bytes of outer Ethernet and tag; 0 for a plain frame.</summary>
    public readonly uint OuterL2;

    /// <summary>Bytes of the outer IP header; 0 for a plain frame.</summary>
    public readonly uint OuterL3;

    /// <summary>Where the tenant's IP header begins.</summary>
    public readonly uint L3;

    /// <summary>Reads a frame that this gateway made: its outer headers have no options and no extension headers.</summary>
    /// <param name="p">Its first byte.</param>
    /// <param name="tunnel">Whether it is NVGRE.</param>
    public OffloadFrame(byte* p, bool tunnel)
    {
        if (!tunnel)
        {
            uint at = EthernetHeader.Size;
            while (Wire.Load16(p + at - 2) != Wire.Ipv4 && Wire.Load16(p + at - 2) != Wire.Ipv6 && at < EthernetHeader.Size + (2 * VlanTag.Size))
            {
                at += VlanTag.Size;
            }

            L3 = at;
            return;
        }

        OuterL2 = EthernetHeader.Size + (Wire.IsTag(Wire.Load16(p + 12)) ? (uint)VlanTag.Size : 0);
        OuterL3 = p[OuterL2] >> 4 == 4 ? Ipv4Header.Size : (uint)Ipv6Header.Size;
        L3 = OuterL2 + OuterL3 + GreHeader.Size + EthernetHeader.Size;
    }

    /// <summary>Whether it is NVGRE.</summary>
    public bool IsTunnel => OuterL3 != 0;

    /// <summary>Whether it is NVGRE over IPv4.</summary>
    public bool IsOuter4 => OuterL3 == Ipv4Header.Size;
}
