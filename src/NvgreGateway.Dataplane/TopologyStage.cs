using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;

namespace NvgreGateway.Dataplane;

/// <summary>
/// Spanning tree on ports with <c>flushOnTopologyChange</c> (E-072): a BPDU that tells of a topology change is told to control, so that
/// what was learned there is forgotten. Whether the frame itself passes is not decided here. Outcome: a punt, or nothing.
/// </summary>
internal static unsafe class TopologyStage
{
    // 01-80-C2-00-00-00 and 01-00-0C-CC-CC-CD as they load.
    private const ulong Bridges = 0x00_00C2_8001;
    private const ulong PerVlanBridges = 0xCDCC_CC0C_0001;

    // 42-42-03, and AA-AA-03 00-00-0C 01-0B.
    private const uint BridgeLlc = 0x03_4242;
    private const ulong CiscoSnap = 0x0B01_0C00_0003_AAAA;

    private const byte TopologyChangeNotification = 0x80;
    private const byte TopologyChangeFlag = 1;

    /// <summary>Looks at a frame for a group.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="port">The access port.</param>
    /// <param name="m">The frame, at least 14 bytes, and 18 if tagged.</param>
    /// <param name="destination">48 bits.</param>
    public static void Look(WorkerContext* w, PortEntry* port, Mbuf* m, ulong destination)
    {
        if (destination is not (Bridges or PerVlanBridges))
        {
            return;
        }

        byte* p = m->Data;
        uint length = m->DataLen, attachment = 0, tags = 0, tci = 0;
        if (Wire.IsTag(Wire.Load16(p + 12)) && VlanStage.Classify(w, port, p, length, out attachment, out tags, ref tci) != DropReason.None)
        {
            return; // of a VLAN that is nobody's
        }

        if (Tells(p + 14 + tags, length - 14 - tags))
        {
            Punting.TopologyChange(w, m, (uint)(port - w->PortEntries), attachment == 0 ? 0 : w->Attachments[attachment].Place);
        }
    }

    // LLC or SNAP, then protocol 0, version, type, flags.
    private static bool Tells(byte* llc, uint length)
    {
        uint header = length >= 4 && (Wire.Load32(llc) & 0xFF_FFFF) == BridgeLlc ? 3u
            : length >= 8 && Wire.Load64(llc) == CiscoSnap ? 8u
            : 0;
        if (header == 0 || length < header + 4 || Wire.Load16(llc + header) != 0)
        {
            return false;
        }

        byte type = llc[header + 3];
        return type == TopologyChangeNotification
            || (type is 0 or 2 && length > header + 4 && (llc[header + 4] & TopologyChangeFlag) != 0);
    }
}
