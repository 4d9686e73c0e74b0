using System.Runtime.CompilerServices;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// Known unicast from one peer to another: peers reach each other directly, so it is dropped unless the segment relays. Then
/// it leaves as if it had come from the VLAN side, never to the peer that it came from. Outcomes: encapsulated to the other peer, as
/// <see cref="SizeStage"/> allows; <c>drop.fdb.split_horizon</c>, <c>drop.peer.down</c>; the source's.
/// </summary>
internal static unsafe class RelayStage
{
    /// <summary>Relays a frame or drops it.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="k">The frame, from a peer; its packet is no longer the caller's.</param>
    /// <param name="from">The underlay port.</param>
    /// <param name="id">The peer that has the destination.</param>
    /// <param name="source">None, or why its source forbids to forward it.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Run(WorkerContext* w, Work* k, uint from, uint id, DropReason source)
    {
        Mbuf* m = k->Packet;
        PeerEntry* peer = w->Peers + id;
        bool down = (peer->Flags & PeerFlags.Up) == 0 || (w->PeerStates[id] & (byte)PlaceStates.Down) != 0;
        DropReason reason = (w->Segments[k->Segment].Flags & SegmentFlags.Relay) == 0 || id == k->PlaceId ? DropReason.FdbSplitHorizon
            : source != DropReason.None ? source
            : down ? DropReason.PeerDown
            : DropReason.None;
        if (reason != DropReason.None)
        {
            Accounting.Drop(w, m, reason, from, k->Segment, reason == DropReason.FdbSplitHorizon ? k->Peer : id);
            return;
        }

        // The old outer header and what may follow the tenant frame do not travel on; the flow is the tenant's as on the VLAN side.
        byte* inner = m->Data + k->Offset;
        Trimming.Set(w, m, inner, k->Length);
        k->Crc = FlowHash.Crc(inner, inner + EthernetHeader.Size, m->DataLen - (uint)EthernetHeader.Size);
        SizeStage.Send(w, k, inner, Wire.Load64(inner), Wire.Load32(inner + 8), 0, Place.Peer | id, from);
    }
}
