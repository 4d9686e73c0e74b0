using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Tables;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Control.Neighbors;

/// <summary>
/// Tells others that the gateway's addresses, and the MACs behind its peers, are here (E-060, E-061): when it becomes active, which is
/// when it begins to forward or when an operator says so. Addresses: gratuitous ARP or unsolicited NA at once, repeated after one
/// second each, then every <c>announce.intervalSeconds</c>; provider addresses on their ports, routers on the VLANs of their segments.
/// MACs: one RARP frame each on every VLAN of their segment and nowhere else, so that switches send them here. All at
/// <see cref="FramesPerStep"/> a millisecond at most, and only while the way to the worker has room.
/// </summary>
internal sealed class Announcements
{
    /// <summary>Frames of a step at most: 9000 a second (E-061 allows 10 000).</summary>
    public const int FramesPerStep = 9;

    private const ulong Second = 1_000_000_000;
    private const ulong Step = 1_000_000;
    private readonly InjectQueue _injects;
    private readonly Queue<Item> _queue = new();
    private readonly List<Round> _rounds = [];
    private readonly byte[] _frame = new byte[ControlPackets.NeighborLength];
    private ulong _nextStep;
    private int _attachment;

    /// <param name="injects">Where frames go.</param>
    public Announcements(InjectQueue injects) => _injects = injects;

    /// <summary>When there is something to do, nanoseconds; null = never.</summary>
    public ulong? NextTimer
    {
        get
        {
            ulong next = _queue.Count > 0 ? _nextStep : ulong.MaxValue;
            foreach (Round round in _rounds)
            {
                next = Math.Min(next, round.Due);
            }

            return next == ulong.MaxValue ? null : next;
        }
    }

    /// <summary>Announces everything, or what belongs to one segment, now and then as configured.</summary>
    /// <param name="scope">What is there to be announced.</param>
    /// <param name="segment">Only its routers and MACs, and no provider address; null = all.</param>
    /// <param name="now">Nanoseconds.</param>
    /// <returns>Addresses and MACs that are announced.</returns>
    public (int Addresses, int Macs) Begin(in AnnouncementScope scope, uint? segment, ulong now)
    {
        _rounds.RemoveAll(r => segment is null || r.Segment == segment);
        _rounds.Add(new Round { Segment = segment, Due = now, Left = scope.Index.Configuration.Announce.Repeats + 1 });
        if (segment is null)
        {
            _queue.Clear();
            _attachment = 0;
        }

        // Addresses stand before the MACs: a host without its router is worse off than one that floods.
        int addresses = StartRounds(in scope, now), macs = 0;
        foreach (FdbEntry entry in scope.Fdb.Enumerate())
        {
            if (entry.Place.IsPeer && !entry.IsFrozen && (segment is null || entry.Segment == segment))
            {
                _queue.Enqueue(new Item(entry.Segment, entry.Mac, null));
                macs++;
            }
        }

        _nextStep = Math.Max(_nextStep, now);
        Fire(in scope, now);
        return (addresses, macs);
    }

    /// <summary>Goes on with what an earlier control process began: its periodic announcements.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="now">Nanoseconds.</param>
    public void Resume(GatewayConfiguration configuration, ulong now)
    {
        if (_rounds.Count == 0 && configuration.Announce.IntervalSeconds > 0)
        {
            _rounds.Add(new Round { Due = now + ((ulong)configuration.Announce.IntervalSeconds * Second) });
        }
    }

    /// <summary>Sends what is due.</summary>
    /// <param name="scope">What is there to be announced.</param>
    /// <param name="now">Nanoseconds.</param>
    public void Fire(in AnnouncementScope scope, ulong now)
    {
        StartRounds(in scope, now);
        if (_queue.Count == 0 || now < _nextStep)
        {
            return;
        }

        int sent = 0;
        while (sent < FramesPerStep && _injects.HasRoom && _queue.TryPeek(out Item item))
        {
            IReadOnlyList<PlaneIndex.AttachmentView> attachments = AttachmentsOf(in scope, in item);
            if (_attachment >= attachments.Count)
            {
                _attachment = 0;
                _queue.Dequeue();
                continue;
            }

            PlaneIndex.AttachmentView attachment = attachments[_attachment++];
            int length = Write(in scope, in item, attachment);
            _injects.SendTenant(0, new Place(attachment.Id), attachment.Port, _frame.AsSpan(0, length));
            sent++;
        }

        _nextStep = now + Step;
    }

    // Provider addresses are few and go at once; those of routers, one for each VLAN of their segment, take their turn.
    private int StartRounds(in AnnouncementScope scope, ulong now)
    {
        int addresses = 0;
        for (int i = _rounds.Count - 1; i >= 0; i--)
        {
            Round round = _rounds[i];
            if (round.Due > now)
            {
                continue;
            }

            if (round.Segment is null)
            {
                addresses += scope.Protocols.Announce(scope.Index.Configuration.Ports.Count);
            }

            foreach (PlaneIndex.SegmentView segment in scope.Index.Segments)
            {
                if (segment.Segment.Router is { } router && (round.Segment is null || round.Segment == segment.Id))
                {
                    foreach (InterfaceAddress address in router.Addresses)
                    {
                        _queue.Enqueue(new Item(segment.Id, router.Mac, HostKey.Of(0, address.Address)));
                        addresses++;
                    }
                }
            }

            round.Left = Math.Max(0, round.Left - 1);
            ulong interval = (ulong)scope.Index.Configuration.Announce.IntervalSeconds * Second;
            if (round.Left > 0)
            {
                round.Due = now + Second;
            }
            else if (round.Segment is null && interval > 0)
            {
                round.Due = now + interval;
            }
            else
            {
                _rounds.RemoveAt(i);
            }
        }

        return addresses;
    }

    // A MAC that came to the VLAN side meanwhile, or is gone, is not announced: that would turn its traffic away.
    private static IReadOnlyList<PlaneIndex.AttachmentView> AttachmentsOf(in AnnouncementScope scope, in Item item)
    {
        uint id = item.Segment;
        PlaneIndex.SegmentView? segment = scope.Index.ViewOf(id);
        bool here = item.Address is not null
            || (item.Mac is { } mac && scope.Fdb.TryFind(id, mac, out FdbEntry entry) && entry.Place.IsPeer && !entry.IsFrozen);
        return here && segment is { Segment.AdminState: AdminState.Up } ? segment.Attachments : [];
    }

    private int Write(in AnnouncementScope scope, in Item item, PlaneIndex.AttachmentView attachment)
    {
        MacAddress mac = item.Mac ?? scope.PortMacs[attachment.Port];
        return item.Address is not { } address ? ControlPackets.ReverseArp(_frame, mac)
            : address.Family == 4 ? ControlPackets.GratuitousArp(_frame, mac, address.Ipv4)
            : ControlPackets.UnsolicitedAdvertisement(_frame, mac, address.Ipv6, isRouter: true);
    }

    /// <summary>An address of a router (with its MAC, or null: that of the port), or a MAC behind a peer.</summary>
    private readonly record struct Item(uint Segment, MacAddress? Mac, HostKey? Address);

    private sealed class Round
    {
        public uint? Segment { get; init; }

        public ulong Due { get; set; }

        public int Left { get; set; }
    }
}
