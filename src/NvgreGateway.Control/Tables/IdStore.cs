using System.Net;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Control.Tables;

/// <summary>
/// The ids of segments (by VSID), attachments (by port name, VLAN and VSID), peers (by VSID and PA) and next hops (by port and
/// address): stable across reloads, and across restarts of control, which finds them in the published snapshot. What was
/// removed and comes back has the id of before. Lookups may be called from any thread.
/// </summary>
public sealed unsafe class IdStore
{
    private readonly GatewayMemory _memory;
    private readonly IdPool<int> _segments;
    private readonly IdPool<AttachmentKey> _attachments;
    private readonly IdPool<PeerKey> _peers;
    private readonly IdPool<NextHopKey> _nextHops;
    private readonly byte[] _attachmentGenerations;
    private readonly byte[] _peerGenerations;
    private readonly ushort[] _attachmentOwners;
    private readonly ushort[] _peerOwners;
    private readonly QuiescentMark _start;
    private volatile Dictionary<(string Port, int Vlan, int InnerVlan), uint> _byVlan = [];

    /// <summary>Takes over the ids of the published snapshot; without one nothing has an id.</summary>
    /// <param name="memory">The regions.</param>
    internal IdStore(GatewayMemory memory)
    {
        _memory = memory;
        _start = new QuiescentMark(memory);
        ref readonly ExchangeLimits limits = ref memory.Limits;
        _segments = new IdPool<int>(Math.Min(limits.Segments, 65536), "segments", MayStart);
        _attachments = new IdPool<AttachmentKey>(limits.Attachments, "attachments", MayStart);
        _peers = new IdPool<PeerKey>(limits.Peers, "peers", MayStart);
        _nextHops = new IdPool<NextHopKey>(limits.NextHops, "next hops", id => MayStart(id) && Volatile.Read(ref _memory.NextHops[id].Held) == 0);
        _attachmentGenerations = new byte[limits.Attachments];
        _peerGenerations = new byte[limits.Peers];
        _attachmentOwners = new ushort[limits.Attachments];
        _peerOwners = new ushort[limits.Peers];
        if (memory.Current.Header != null)
        {
            Recover(memory.Current);
        }
    }

    /// <summary>The segments in force: VSID and id.</summary>
    public IReadOnlyDictionary<int, uint> Segments => _segments.Live;

    /// <summary>The attachments in force.</summary>
    public IReadOnlyDictionary<AttachmentKey, uint> Attachments => _attachments.Live;

    /// <summary>The peers in force.</summary>
    public IReadOnlyDictionary<PeerKey, uint> Peers => _peers.Live;

    /// <summary>The next hops in force.</summary>
    public IReadOnlyDictionary<NextHopKey, uint> NextHops => _nextHops.Live;

    /// <summary>By attachment id the segment that its counters belong to, 0 = none; removed ones keep it until their id is used anew.</summary>
    internal ReadOnlySpan<ushort> AttachmentOwners => _attachmentOwners.AsSpan(0, (int)_attachments.Next);

    /// <summary>By peer id likewise.</summary>
    internal ReadOnlySpan<ushort> PeerOwners => _peerOwners.AsSpan(0, (int)_peers.Next);

    /// <summary>The id of a segment.</summary>
    /// <param name="vsid">Its VSID.</param>
    /// <returns>The id, or 0.</returns>
    public uint SegmentOf(int vsid) => _segments.Find(vsid);

    /// <summary>The id of an attachment.</summary>
    /// <param name="port">Port name.</param>
    /// <param name="vlan">VLAN id.</param>
    /// <param name="innerVlan">Inner VLAN id, 0 = none.</param>
    /// <returns>The id, or 0.</returns>
    public uint AttachmentOf(string port, int vlan, int innerVlan = 0) => _byVlan.GetValueOrDefault((port, vlan, innerVlan));

    /// <summary>The id of a peer of a segment.</summary>
    /// <param name="vsid">VSID of the segment.</param>
    /// <param name="address">Its PA.</param>
    /// <returns>The id, or 0.</returns>
    public uint PeerOf(int vsid, IPAddress address) => _peers.Find(new PeerKey(vsid, WireAddress.From(address)));

    /// <summary>The id of a next hop.</summary>
    /// <param name="port">Underlay port index.</param>
    /// <param name="address">Its address.</param>
    /// <returns>The id, or 0.</returns>
    public uint NextHopOf(int port, IPAddress address) => _nextHops.Find(new NextHopKey(port, WireAddress.From(address)));

    /// <summary>What a segment id stands for.</summary>
    /// <param name="id">The id.</param>
    /// <param name="vsid">Its VSID.</param>
    /// <returns>Whether the id is in use.</returns>
    public bool TryGetSegment(uint id, out int vsid) => _segments.TryGetKey(id, out vsid);

    /// <summary>What an attachment id stands for.</summary>
    /// <param name="id">The id.</param>
    /// <param name="key">Its port, VLAN and VSID.</param>
    /// <returns>Whether the id is in use.</returns>
    public bool TryGetAttachment(uint id, out AttachmentKey key) => _attachments.TryGetKey(id, out key);

    /// <summary>What a peer id stands for.</summary>
    /// <param name="id">The id.</param>
    /// <param name="key">Its VSID and PA.</param>
    /// <returns>Whether the id is in use.</returns>
    public bool TryGetPeer(uint id, out PeerKey key) => _peers.TryGetKey(id, out key);

    /// <summary>What a next hop id stands for.</summary>
    /// <param name="id">The id.</param>
    /// <param name="key">Its port and address.</param>
    /// <returns>Whether the id is in use.</returns>
    public bool TryGetNextHop(uint id, out NextHopKey key) => _nextHops.TryGetKey(id, out key);

    /// <summary>Gives everything of a configuration its id; nothing changes until <see cref="Commit"/>.</summary>
    internal TablePlan Plan(GatewayConfiguration configuration, IReadOnlyList<MacAddress> portMacs)
    {
        var ports = new Dictionary<string, int>(StringComparer.Ordinal);
        var staticNeighbors = new Dictionary<NextHopKey, MacAddress>();
        for (int i = 0; i < configuration.Ports.Count; i++)
        {
            ports.Add(configuration.Ports[i].Name, i);
            foreach (NeighborConfiguration neighbor in configuration.Ports[i].Neighbors)
            {
                staticNeighbors[new NextHopKey(i, WireAddress.From(neighbor.Address))] = neighbor.Mac;
            }
        }

        var hops = new Dictionary<IPAddress, NextHopKey[]>();
        var groupHops = new HashSet<NextHopKey>();
        var routes = new UnderlayRoutes(configuration.Ports);
        foreach (SegmentConfiguration segment in configuration.Segments)
        {
            foreach (PeerConfiguration peer in segment.Peers)
            {
                if (!hops.ContainsKey(peer.Address))
                {
                    ValueList<UnderlayPath> paths = routes.Find(peer.Address);
                    if (paths.Count == 0)
                    {
                        throw new TablesException($"no route to peer {peer.Address} of segment {segment.Name}");
                    }

                    hops.Add(peer.Address, [.. paths.Select(static p => new NextHopKey(p.PortIndex, WireAddress.From(p.NextHop)))]);
                }
            }

            foreach (IPAddress group in segment.PaGroups)
            {
                NextHopKey hop = GroupPlanner.HopOf(configuration, segment, group);
                groupHops.Add(hop);
                staticNeighbors[hop] = GroupPlanner.MacOf(hop.Address);
            }
        }

        IdPlan<int> segmentIds = _segments.Plan(configuration.Segments.Select(static s => s.Vsid));
        IdPlan<AttachmentKey> attachmentIds = _attachments.Plan(configuration.Segments.SelectMany(static s => s.Attachments.Select(a => KeyOf(s, a))));
        IdPlan<PeerKey> peerIds = _peers.Plan(configuration.Segments.SelectMany(static s => s.Peers.Select(p => KeyOf(s, p)).Concat(s.PaGroups.Select(g => new PeerKey(s.Vsid, WireAddress.From(g))))));
        IdPlan<NextHopKey> nextHopIds = _nextHops.Plan(hops.Values.SelectMany(static h => h).Distinct().Concat(groupHops));
        var segments = new TablePlan.SegmentPlan[configuration.Segments.Count];
        for (int i = 0; i < segments.Length; i++)
        {
            SegmentConfiguration segment = configuration.Segments[i];
            var attachments = new TablePlan.AttachmentPlan[segment.Attachments.Count];
            for (int k = 0; k < attachments.Length; k++)
            {
                AttachmentConfiguration a = segment.Attachments[k];
                attachments[k] = new(attachmentIds.Live[KeyOf(segment, a)], ports[a.Port], a);
            }

            var peers = new TablePlan.PeerPlan[segment.Peers.Count];
            for (int k = 0; k < peers.Length; k++)
            {
                PeerConfiguration p = segment.Peers[k];
                WireAddress[] sources = [.. segment.SourcesFor(p.Address).Select(WireAddress.From)];
                if (sources.Length == 0)
                {
                    throw new TablesException($"no source address for peer {p.Address} of segment {segment.Name}");
                }

                PeerKey key = KeyOf(segment, p);
                peers[k] = new(peerIds.Live[key], sources, [.. hops[p.Address].Select(hop => new TablePlan.HopPlan(nextHopIds.Live[hop], hop))], key.Address, p);
            }

            segments[i] = new(segmentIds.Live[segment.Vsid], segment, attachments, peers)
            {
                Groups = GroupPlanner.Plan(configuration, segment, key => peerIds.Live[key], hop => nextHopIds.Live[hop]),
            };
        }

        return new TablePlan
        {
            Configuration = configuration,
            PortMacs = [.. portMacs],
            SegmentIds = segmentIds,
            AttachmentIds = attachmentIds,
            PeerIds = peerIds,
            NextHopIds = nextHopIds,
            Segments = segments,
            StaticNeighbors = staticNeighbors,
            AttachmentPlaces = Places(attachmentIds, _attachmentGenerations, 0),
            PeerPlaces = Places(peerIds, _peerGenerations, Place.Peer),
        };
    }

    /// <summary>Ids that a plan takes from a former owner.</summary>
    internal IEnumerable<uint> Reused(IdPlan<int> plan) => Reused(plan, _segments.Next);

    /// <summary>Ids that a plan takes from a former owner.</summary>
    internal IEnumerable<uint> Reused(IdPlan<AttachmentKey> plan) => Reused(plan, _attachments.Next);

    /// <summary>Ids that a plan takes from a former owner.</summary>
    internal IEnumerable<uint> Reused(IdPlan<PeerKey> plan) => Reused(plan, _peers.Next);

    /// <summary>What was counted under ids that a plan takes from a former owner belongs to nobody that lives.</summary>
    internal void Disown(TablePlan plan)
    {
        var segments = new HashSet<uint>(Reused(plan.SegmentIds));
        foreach (ushort[] owners in (ushort[][])[_attachmentOwners, _peerOwners])
        {
            for (int i = 0; segments.Count > 0 && i < owners.Length; i++)
            {
                owners[i] = segments.Contains(owners[i]) ? (ushort)0 : owners[i];
            }
        }

        foreach (uint id in Reused(plan.AttachmentIds))
        {
            _attachmentOwners[id] = 0;
        }

        foreach (uint id in Reused(plan.PeerIds))
        {
            _peerOwners[id] = 0;
        }
    }

    /// <summary>Puts a plan into force.</summary>
    internal void Commit(TablePlan plan)
    {
        foreach ((AttachmentKey _, uint id) in plan.AttachmentIds.Retired)
        {
            _attachmentGenerations[id]++;
        }

        foreach ((PeerKey _, uint id) in plan.PeerIds.Retired)
        {
            _peerGenerations[id]++;
        }

        _segments.Commit(plan.SegmentIds);
        _attachments.Commit(plan.AttachmentIds);
        _peers.Commit(plan.PeerIds);
        _nextHops.Commit(plan.NextHopIds);
        IndexByVlan();
        foreach (TablePlan.SegmentPlan segment in plan.Segments)
        {
            foreach (TablePlan.AttachmentPlan a in segment.Attachments)
            {
                _attachmentOwners[a.Id] = (ushort)segment.Id;
            }

            foreach (TablePlan.PeerPlan p in segment.Peers.Concat(segment.Groups))
            {
                _peerOwners[p.Id] = (ushort)segment.Id;
            }
        }
    }

    /// <summary>Nothing uses what a plan retired any more: its ids may be given to others.</summary>
    internal void Release(TablePlan plan)
    {
        _segments.Release(plan.SegmentIds.Retired.Select(static p => p.Value));
        _attachments.Release(plan.AttachmentIds.Retired.Select(static p => p.Value));
        _peers.Release(plan.PeerIds.Retired.Select(static p => p.Value));
        _nextHops.Release(plan.NextHopIds.Retired.Select(static p => p.Value));
    }

    private void IndexByVlan() => _byVlan = _attachments.Live.ToDictionary(static p => (p.Key.Port, p.Key.Vlan, p.Key.InnerVlan), static p => p.Value);

    private static AttachmentKey KeyOf(SegmentConfiguration s, AttachmentConfiguration a) => new(a.Port, a.Vlan, a.InnerVlan ?? 0, s.Vsid);

    private static PeerKey KeyOf(SegmentConfiguration s, PeerConfiguration p) => new(s.Vsid, WireAddress.From(p.Address));

    private static IEnumerable<uint> Reused<TKey>(IdPlan<TKey> plan, uint next)
        where TKey : notnull => plan.Fresh.Select(static p => p.Value).Where(id => id < next);

    private static uint[] Places<TKey>(IdPlan<TKey> plan, byte[] generations, uint kind)
        where TKey : notnull
    {
        var places = new uint[plan.Next];
        for (uint id = 1; id < places.Length; id++)
        {
            places[id] = Place.OfAttachment(id, generations[id]).Value | kind;
        }

        foreach ((TKey _, uint id) in plan.Retired)
        {
            // An entry that still points to what is gone must not be taken for what comes back (E-035).
            places[id] = Place.OfAttachment(id, generations[id] + 1u).Value | kind;
        }

        return places;
    }

    // A free id of a former control process may have been in use a moment ago.
    private bool MayStart(uint id) => id != 0 && _start.HasPassed;

    private void Recover(Snapshot snapshot)
    {
        SnapshotHeader* header = snapshot.Header;
        var segments = new Dictionary<int, uint>();
        for (uint id = 1; id < header->SegmentCount; id++)
        {
            if ((snapshot.Segments[id].Flags & SegmentFlags.Valid) != 0)
            {
                segments.Add((int)snapshot.Segments[id].Vsid, id);
            }
        }

        var attachments = new Dictionary<AttachmentKey, uint>();
        for (uint id = 1; id < header->AttachmentCount; id++)
        {
            AttachmentEntry* a = snapshot.Attachments + id;
            _attachmentGenerations[id] = (byte)new Place(a->Place).Generation;
            if (a->Segment != 0)
            {
                string port = GatewayMemory.Text(_memory.PortTable[a->Port].Name, 64);
                attachments.Add(new AttachmentKey(port, a->Vlan, a->InnerVlan, (int)snapshot.Segments[a->Segment].Vsid), id);
                _attachmentOwners[id] = (ushort)a->Segment;
            }
        }

        var peers = new Dictionary<PeerKey, uint>();
        for (uint id = 1; id < header->PeerCount; id++)
        {
            PeerEntry* p = snapshot.Peers + id;
            _peerGenerations[id] = (byte)new Place(p->Place).Generation;
            if (p->Segment != 0)
            {
                byte family = (p->Flags & PeerFlags.Ipv6) != 0 ? (byte)6 : (byte)4;
                peers.Add(new PeerKey((int)snapshot.Segments[p->Segment].Vsid, new WireAddress(p->AddressHigh, p->AddressLow, family)), id);
                _peerOwners[id] = (ushort)p->Segment;
            }
        }

        var nextHops = new Dictionary<NextHopKey, uint>();
        uint next = 1;
        for (uint id = 1; id < _memory.Limits.NextHops; id++)
        {
            NextHopSlot* slot = _memory.NextHops + id;
            next = slot->State == NextHopState.Unused ? next : id + 1;
            if (slot->Family != 0)
            {
                nextHops.Add(new NextHopKey(slot->Port, new WireAddress(slot->AddressHigh, slot->AddressLow, slot->Family)), id);
            }
        }

        _segments.Recover(segments, header->SegmentCount);
        _attachments.Recover(attachments, header->AttachmentCount);
        _peers.Recover(peers, header->PeerCount);
        _nextHops.Recover(nextHops, next);
        IndexByVlan();
    }
}
