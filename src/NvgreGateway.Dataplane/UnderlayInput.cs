using System.Runtime.Intrinsics;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// PA side, pass 1: outer headers, sender, tenant checks and ECN, and the FDB buckets prefetched. Plain NVGRE is recognised by
/// comparing the first 64 bytes with what they must be; everything else, and everything at fault, goes through
/// <see cref="UnderlayParser"/>. Outcomes: a piece of <see cref="Work"/>; those of the parser; <c>drop.inner.tagged</c>; those of
/// <see cref="TenantStage"/>, <see cref="EcnStage"/> and <see cref="BufferStage"/>.
/// </summary>
internal static unsafe class UnderlayInput
{
    private const uint Compared = 64;

    /// <summary>Runs a burst of an underlay port.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="portIndex">The port.</param>
    /// <param name="burst">The packets; no longer the caller's.</param>
    /// <param name="count">How many.</param>
    /// <returns>Pieces of work made.</returns>
    public static uint Run(WorkerContext* w, uint portIndex, Mbuf** burst, uint count)
    {
        PortEntry* port = w->PortEntries + portIndex;
        Snapshot snapshot = w->Snapshot;
        SegmentEntry* segments = w->Segments;
        PeerEntry* peers = w->Peers;
        byte* peerStates = w->PeerStates;
        FdbBucket* buckets = w->Fdb.Buckets;
        byte* ages = w->Ages;
        uint mask = w->Fdb.Mask;
        uint maxFrame = port->MaxFrame, l3Offset = port->L3Offset;
        uint longest4 = (port->Flags & PortFlags.HasIpv4) != 0 ? maxFrame : 0;
        uint longest6 = (port->Flags & PortFlags.HasIpv6) != 0 ? maxFrame : 0;
        Vector256<byte> want4a = Vector256.Load(port->Want4), want4b = Vector256.Load(port->Want4 + 32);
        Vector256<byte> mask4a = Vector256.Load(port->Mask4), mask4b = Vector256.Load(port->Mask4 + 32);
        ulong bytes = 0;
        Work* k = w->Work;

        for (uint i = 0; i < count; i++)
        {
            Mbuf* m = burst[i];
            bytes += m->PktLen;
            if (!BufferStage.IsPlain(m))
            {
                m = BufferStage.Prepare(w, m, portIndex);
                if (m == null)
                {
                    continue;
                }
            }

            byte* p = m->Data;
            uint length = m->PktLen;
            OuterHeader outer;
            if (length <= longest4 && m->DataLen >= Compared)
            {
                Vector256<byte> a = (Vector256.Load(p) ^ want4a) & mask4a, b = (Vector256.Load(p + 32) ^ want4b) & mask4b;
                if ((a | b) == Vector256<byte>.Zero)
                {
                    byte* ip = p + l3Offset;
                    uint total = Wire.Big16(ip + 2), destination4 = Wire.Load32(ip + 16);
                    if (InternetChecksum.IsValid(InternetChecksum.Header20(ip))
                        && (destination4 == port->FirstAddress4 || snapshot.IsLocal4(destination4))
                        && total >= Ipv4Header.Size + GreHeader.Size + EthernetHeader.Size
                        && l3Offset + total <= length)
                    {
                        outer.Offset = l3Offset + Ipv4Header.Size + GreHeader.Size;
                        outer.Length = total - Ipv4Header.Size - GreHeader.Size;
                        outer.Tos = ip[1];
                        outer.Segment = snapshot.SegmentOf(Wire.Big32(ip + 24) >> 8);
                        if (outer.Segment != 0)
                        {
                            outer.Peer = snapshot.PeerOf4(outer.Segment, Wire.Load32(ip + 12));
                            if (outer.Peer != 0 && SenderPasses(segments, peers, peerStates, outer.Segment, outer.Peer, ip[8]))
                            {
                                goto accepted;
                            }
                        }
                    }

                    goto parse;
                }
            }

            if (length <= longest6 && m->DataLen >= Compared)
            {
                Vector256<byte> a = (Vector256.Load(p) ^ Vector256.Load(port->Want6)) & Vector256.Load(port->Mask6);
                Vector256<byte> b = (Vector256.Load(p + 32) ^ Vector256.Load(port->Want6 + 32)) & Vector256.Load(port->Mask6 + 32);
                if ((a | b) == Vector256<byte>.Zero)
                {
                    byte* ip = p + l3Offset;
                    uint payload = Wire.Big16(ip + 4);
                    ulong high = Wire.Load64(ip + 24), low = Wire.Load64(ip + 32);
                    if (((high == port->FirstAddress6High && low == port->FirstAddress6Low) || snapshot.IsLocal6(high, low))
                        && payload >= GreHeader.Size + EthernetHeader.Size
                        && l3Offset + Ipv6Header.Size + payload <= length)
                    {
                        outer.Offset = l3Offset + Ipv6Header.Size + GreHeader.Size;
                        outer.Length = payload - GreHeader.Size;
                        outer.Tos = (Wire.Big16(ip) >> 4) & 0xFF;
                        outer.Segment = snapshot.SegmentOf(Wire.Big32(ip + 44) >> 8);
                        if (outer.Segment != 0)
                        {
                            outer.Peer = snapshot.PeerOf6(outer.Segment, Wire.Load64(ip + 8), Wire.Load64(ip + 16));
                            if (outer.Peer != 0 && SenderPasses(segments, peers, peerStates, outer.Segment, outer.Peer, ip[7]))
                            {
                                goto accepted;
                            }
                        }
                    }
                }
            }

        parse:
            if (!UnderlayParser.Parse(w, portIndex, m, out outer))
            {
                continue;
            }

        accepted:
            byte* q = p + outer.Offset;
            ulong destination = Wire.Load64(q) & Wire.MacMask, source = Wire.Load64(q + 4) >> 16;
            ulong destinationKey = FdbTable.Key(destination, outer.Segment), sourceKey = FdbTable.Key(source, outer.Segment);
            FdbBucket* destinationBucket = buckets + (FdbTable.Hash(destinationKey) & mask);
            FdbBucket* sourceBucket = buckets + (FdbTable.Hash(sourceKey) & mask);
            Wire.Prefetch(destinationBucket);
            Wire.Prefetch(sourceBucket);
            Wire.Prefetch(ages + ((sourceBucket - buckets) * 8));

            PeerEntry* peer = peers + outer.Peer;
            byte* l3 = q + EthernetHeader.Size;
            uint linear = Math.Min(m->DataLen - outer.Offset, outer.Length) - EthernetHeader.Size;
            if (Wire.IsTag(Wire.Load16(q + 12)) && (peer->Flags & PeerFlags.AcceptInnerTag) == 0)
            {
                Accounting.Drop(w, m, DropReason.InnerTagged, portIndex, outer.Segment, outer.Peer);
                continue;
            }

            TenantHeader tenant = TenantHeader.Inspect(l3, linear);
            uint tos = tenant.TrafficClass, family = tenant.Family;
            DropReason reason;
            if (!TenantStage.MacsPass(w, destination, source) || !TenantStage.PayloadPasses(l3, family) || (destination & 1) != 0)
            {
                reason = TenantStage.Fault(w, outer.Segment, destination, source, l3, linear, family, fromNvgre: true);
                if (reason != DropReason.None)
                {
                    Accounting.Drop(w, m, reason, portIndex, outer.Segment, outer.Peer);
                    continue;
                }
            }

            if ((outer.Tos & Ecn.Mask) != 0 || (peer->Flags & PeerFlags.DscpUniform) != 0)
            {
                reason = EcnStage.Apply(w, l3, family, ref tos, outer.Tos, (peer->Flags & PeerFlags.DscpUniform) != 0);
                if (reason != DropReason.None)
                {
                    Accounting.Drop(w, m, reason, portIndex, outer.Segment, outer.Peer);
                    continue;
                }
            }

            k->Packet = m;
            k->SourceBucket = sourceBucket;
            k->DestinationBucket = destinationBucket;
            k->SourceKey = sourceKey;
            k->DestinationKey = destinationKey;
            k->Place = peer->Place;
            k->Length = outer.Length;
            k->Offset = (ushort)outer.Offset;
            k->Tos = (byte)tos;
            k->Family = (byte)family;
            k->Priority = 0;
            k++;
        }

        PortCounters* counters = WorkerContext.PortCounters(w, portIndex);
        counters->RxPackets += count;
        counters->RxBytes += bytes;
        w->Stats->ReceivedBytes += bytes;
        return (uint)(k - w->Work);
    }

    private static bool SenderPasses(SegmentEntry* segments, PeerEntry* peers, byte* states, uint segment, uint peer, uint ttl) =>
        (segments[segment].Flags & SegmentFlags.Up) != 0
        && (peers[peer].Flags & PeerFlags.Up) != 0
        && (states[peer] & (byte)PlaceStates.Down) == 0
        && ttl >= peers[peer].MinTtl;
}
