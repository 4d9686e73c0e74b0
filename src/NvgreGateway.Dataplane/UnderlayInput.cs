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
        ushort* vsidTop = snapshot.VsidTop, vsidLeaves = snapshot.VsidLeaves;
        PeerKey4* peerKeys4 = snapshot.PeerKeys4;
        uint peerKeys4Mask = snapshot.Header->PeerKeys4Mask;
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
            uint offset, innerLength, outerTos, segment, sender;
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
                        offset = l3Offset + Ipv4Header.Size + GreHeader.Size;
                        innerLength = total - Ipv4Header.Size - GreHeader.Size;
                        outerTos = ip[1];
                        segment = Snapshot.SegmentOf(vsidTop, vsidLeaves, Wire.Big32(ip + 24) >> 8);
                        if (segment != 0)
                        {
                            sender = Snapshot.PeerOf4(peerKeys4, peerKeys4Mask, segment, Wire.Load32(ip + 12));
                            if (sender != 0 && SenderPasses(segments, peers, peerStates, segment, sender, ip[8]))
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
                        offset = l3Offset + Ipv6Header.Size + GreHeader.Size;
                        innerLength = payload - GreHeader.Size;
                        outerTos = (Wire.Big16(ip) >> 4) & 0xFF;
                        segment = snapshot.SegmentOf(Wire.Big32(ip + 44) >> 8);
                        if (segment != 0)
                        {
                            sender = snapshot.PeerOf6(segment, Wire.Load64(ip + 8), Wire.Load64(ip + 16));
                            if (sender != 0 && SenderPasses(segments, peers, peerStates, segment, sender, ip[7]))
                            {
                                goto accepted;
                            }
                        }
                    }
                }
            }

        parse:
            if (!UnderlayParser.Parse(w, portIndex, m, out OuterHeader parsed))
            {
                continue;
            }

            // Through a copy: what a call may write to lives in memory, also for the packets that never come here.
            offset = parsed.Offset;
            innerLength = parsed.Length;
            outerTos = parsed.Tos | ((segments[parsed.Segment].Flags & SegmentFlags.DropBadChecksum) != 0 ? InnerChecksumStage.Wanted : 0);
            segment = parsed.Segment;
            sender = parsed.Peer;

        accepted:
            byte* q = p + offset;
            ulong destination = Wire.Load64(q) & Wire.MacMask, source = Wire.Load64(q + 4) >> 16;
            ulong destinationKey = FdbTable.Key(destination, segment), sourceKey = FdbTable.Key(source, segment);
            uint sourceIndex = FdbTable.Hash(sourceKey) & mask;
            FdbBucket* destinationBucket = buckets + (FdbTable.Hash(destinationKey) & mask);
            FdbBucket* sourceBucket = buckets + sourceIndex;
            Wire.Prefetch(destinationBucket);
            Wire.Prefetch(sourceBucket);
            Wire.Prefetch(ages + ((ulong)sourceIndex * 8));

            PeerEntry* peer = peers + sender;
            byte* l3 = q + EthernetHeader.Size;
            uint linear = Math.Min(m->DataLen - offset, innerLength) - EthernetHeader.Size;
            uint tos, family;
            bool payloadPasses;
            if (Wire.Load16(q + 12) == Wire.Ipv4 && linear >= Ipv4Header.Size && *l3 == Ipv4Header.PlainVersion && l3[9] != IpProtocol.Gre)
            {
                // What most frames are; the other branch says the same of them.
                tos = l3[1];
                family = TenantHeader.Ipv4;
                payloadPasses = true;
            }
            else
            {
                if (Wire.IsTag(Wire.Load16(q + 12)) && (peer->Flags & PeerFlags.AcceptInnerTag) == 0)
                {
                    Accounting.Drop(w, m, DropReason.InnerTagged, portIndex, segment, sender);
                    continue;
                }

                TenantHeader tenant = TenantHeader.Inspect(l3, linear);
                tos = tenant.TrafficClass;
                family = tenant.Family;
                payloadPasses = TenantStage.PayloadPasses(l3, family);
            }

            DropReason reason;
            if (!payloadPasses || !TenantStage.MacsPass(w, destination, source) || (destination & 1) != 0)
            {
                reason = TenantStage.Fault(w, segment, destination, source, l3, linear, family, fromNvgre: true);
                if ((outerTos & InnerChecksumStage.Wanted) != 0)
                {
                    reason = InnerChecksumStage.Look(w, m, portIndex, l3, innerLength - EthernetHeader.Size, family, reason);
                    outerTos &= ~InnerChecksumStage.Wanted;
                }

                if (reason != DropReason.None)
                {
                    TenantStage.End(w, m, reason, portIndex, segment, sender, source, l3, peer->Place);
                    continue;
                }
            }

            if ((outerTos & (Ecn.Mask | InnerChecksumStage.Wanted)) != 0 || (peer->Flags & PeerFlags.DscpUniform) != 0)
            {
                if ((outerTos & InnerChecksumStage.Wanted) != 0
                    && InnerChecksumStage.Look(w, m, portIndex, l3, innerLength - EthernetHeader.Size, family) != DropReason.None)
                {
                    Accounting.Drop(w, m, DropReason.InnerCksum, portIndex, segment, sender);
                    continue;
                }

                outerTos &= byte.MaxValue;
                uint changed = tos;
                reason = EcnStage.Apply(w, l3, family, ref changed, outerTos, (peer->Flags & PeerFlags.DscpUniform) != 0);
                if (reason != DropReason.None)
                {
                    Accounting.Drop(w, m, reason, portIndex, segment, sender);
                    continue;
                }

                tos = changed;
            }

            k->Packet = m;
            k->SourceBucket = sourceBucket;
            k->DestinationBucket = destinationBucket;
            k->SourceKey = sourceKey;
            k->DestinationKey = destinationKey;
            k->Place = peer->Place;
            k->Length = innerLength;
            k->Needed = MssClamp.MayApply(l3, linear, family) ? uint.MaxValue : innerLength;
            k->Offset = (ushort)offset;
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
        (segments[segment].Flags & (SegmentFlags.Up | SegmentFlags.DropBadChecksum)) == SegmentFlags.Up // the other: after the parser
        && (peers[peer].Flags & PeerFlags.Up) != 0
        && (states[peer] & (byte)PlaceStates.Down) == 0
        && ttl >= peers[peer].MinTtl;
}
