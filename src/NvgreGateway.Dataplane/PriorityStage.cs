using System.Runtime.CompilerServices;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// The priority of a tag written into the tenant packet, in segments with <c>rewriteInnerDscp</c> (E-044): no other segment comes
/// here. Outcome: the new inner byte, with the IPv4 checksum updated incrementally.
/// </summary>
internal static unsafe class PriorityStage
{
    /// <summary>Sets the inner DSCP by the segment's PCP map; the ECN field stays. Ports with <c>trust: none</c> change nothing.</summary>
    /// <param name="port">The access port.</param>
    /// <param name="segment">The segment.</param>
    /// <param name="l3">IP header of the tenant packet, if the family says so.</param>
    /// <param name="family">4, 6, or 0 when not IP.</param>
    /// <param name="tci">The outer tag, 0 when untagged.</param>
    /// <param name="tos">The byte of the header.</param>
    /// <returns>The byte that it has now.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static uint RewriteInner(PortEntry* port, SegmentEntry* segment, byte* l3, uint family, uint tci, uint tos)
    {
        if (family == TenantHeader.NotIp || (port->Flags & (PortFlags.TrustDscp | PortFlags.TrustPcp)) == 0)
        {
            return tos;
        }

        uint changed = segment->PcpToTos[(tci >> 13) & 7] | (tos & Ecn.Mask);
        if (changed != tos)
        {
            TenantHeader.SetTrafficClass(l3, family, changed);
        }

        return changed;
    }
}
