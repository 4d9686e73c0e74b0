using System.Buffers.Binary;
using System.Net;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Neighbors;
using NvgreGateway.Control.Tables;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Control.Icmp;

/// <summary>
/// What routers of the underlay say about NVGRE packets that the gateway sent: state of the peer and nothing else, tenants never see it
/// (B-056, B-061 to B-064, B-082; W-18). An error is believed only if what it quotes is such a packet, down to the VSID.
/// </summary>
internal sealed unsafe class UnderlayErrors
{
    /// <summary>Life of a learned path MTU (B-063).</summary>
    public const ulong Life = 600 * Second;

    /// <summary>Life of "unreachable" when nothing more is heard.</summary>
    public const ulong QuietLife = 60 * Second;

    private const ulong Second = 1_000_000_000;
    private const uint GreWord = 0x2000_6558;
    private const int LeastIpv4 = 576, LeastIpv6 = 1280;
    private readonly GatewayMemory _memory;
    private readonly GatewayTables _tables;
    private readonly PathMtuStore _store;
    private readonly Action<IPAddress, int, int> _pathMtuChanged;
    private readonly Dictionary<IPAddress, ulong> _expires = [];
    private readonly Dictionary<uint, Report> _unreachable = [];

    /// <param name="memory">The regions.</param>
    /// <param name="tables">The tables, which hold what is learned.</param>
    /// <param name="pathMtuChanged">Told of a PA whose path MTU changed: before, after.</param>
    public UnderlayErrors(GatewayMemory memory, GatewayTables tables, Action<IPAddress, int, int> pathMtuChanged)
    {
        _memory = memory;
        _tables = tables;
        _store = new PathMtuStore(memory);
        _pathMtuChanged = pathMtuChanged;
    }

    /// <summary>When a learned path MTU ends next, nanoseconds; null = none is there.</summary>
    public ulong? NextTimer => _expires.Count == 0 ? null : _expires.Values.Min();

    /// <summary>Peers that routers call unreachable, with what they say.</summary>
    public IEnumerable<(uint Peer, string Text)> Unreachable => _unreachable.Select(static r => (r.Key, r.Value.Text));

    /// <summary>What routers say of a peer; null = nothing bad.</summary>
    public string? TextOf(uint peer) => _unreachable.TryGetValue(peer, out Report report) ? report.Text : null;

    /// <summary>Until when what was learned of a path holds; null = nothing was.</summary>
    public ulong? ExpiryOf(IPAddress address) => _expires.TryGetValue(address, out ulong until) ? until : null;

    /// <summary>Takes over the path MTUs that another control process learned; they end when they would have.</summary>
    /// <param name="index">The configuration with its ids.</param>
    /// <param name="now">Nanoseconds.</param>
    public void Restore(PlaneIndex index, ulong now)
    {
        foreach ((IPAddress address, int mtu, ulong expires) in _store.Read(index, now))
        {
            if (index.Peers.Any(p => p.Peer.Address.Equals(address) && p.Peer is { Pmtud: true, Mtu: null }))
            {
                _expires[address] = expires;
                _tables.SetLearnedPathMtu(address, mtu);
            }
        }
    }

    /// <summary>Works off a frame, if it is an ICMP error.</summary>
    /// <param name="frame">The untagged frame, to a local PA; it may hold anything behind its IP header.</param>
    /// <param name="index">The configuration with its ids.</param>
    /// <param name="own">The gateway's own addresses.</param>
    /// <param name="now">Nanoseconds.</param>
    /// <returns>Whether it was one.</returns>
    public bool TryHandle(ReadOnlySpan<byte> frame, PlaneIndex index, OwnAddresses own, ulong now)
    {
        if (!TryFind(frame, out bool six, out IPAddress router, out ReadOnlySpan<byte> icmp, out bool sumIsRight))
        {
            return false;
        }

        bool tooBig = six ? icmp[0] == IcmpHeader.PacketTooBig6 : icmp[0] == IcmpHeader.Unreachable && icmp[1] == IcmpHeader.FragmentationNeeded;
        PlaneIndex.PeerView? peer = sumIsRight ? Quoted(icmp[IcmpHeader.Size..], six, index, own) : null;
        if (tooBig)
        {
            HandleTooBig(peer, six, icmp, index, now);
        }
        else if (peer is not null && TextOf(icmp[0], icmp[1], six) is { } text)
        {
            _unreachable[peer.Id] = new Report($"{text}, says {router}", now + QuietLife, Received(peer.Id));
        }

        return true;
    }

    /// <summary>Lets learned path MTUs end whose time has come.</summary>
    public void Fire(PlaneIndex index, ulong now)
    {
        foreach (IPAddress address in _expires.Where(e => e.Value <= now).Select(static e => e.Key).ToArray())
        {
            _expires.Remove(address);
            Change(address, null, index);
        }
    }

    /// <summary>A peer that is heard of again, or of which nothing bad was heard for a while, is no longer unreachable.</summary>
    /// <returns>Whether any recovered.</returns>
    public bool Recover(PlaneIndex index, ulong now)
    {
        bool any = false;
        foreach ((uint id, Report report) in _unreachable.ToArray())
        {
            if (report.Until <= now || index.PeerOf(id) is null || Received(id) != report.Received)
            {
                any |= _unreachable.Remove(id);
            }
        }

        return any;
    }

    /// <summary>Forgets the paths to PAs that are no peers any more.</summary>
    public void Refresh(PlaneIndex index)
    {
        if (_expires.Count > 0)
        {
            HashSet<IPAddress> peers = [.. index.Peers.Select(static p => p.Peer.Address)];
            foreach (IPAddress gone in _expires.Keys.Where(a => !peers.Contains(a)).ToArray())
            {
                _expires.Remove(gone);
                _tables.SetLearnedPathMtu(gone, null);
                _store.Set(gone, null, 0, index);
            }
        }
    }

    private static bool TryFind(
        ReadOnlySpan<byte> frame, out bool six, out IPAddress router, out ReadOnlySpan<byte> icmp, out bool sumIsRight)
    {
        six = false;
        router = IPAddress.None;
        icmp = default;
        sumIsRight = false;
        ReadOnlySpan<byte> packet = frame[EthernetHeader.Size..];
        if (packet.Length >= Ipv4Header.Size && packet[0] >> 4 == 4)
        {
            int header = (packet[0] & 0xF) * 4, total = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
            if (packet[9] != IpProtocol.Icmp || total > packet.Length || total < header + IcmpHeader.Size)
            {
                return false;
            }

            icmp = packet[header..total];
            router = new IPAddress(packet[12..16]);
            sumIsRight = InternetChecksum.IsValid(InternetChecksum.Add(0, icmp));
            return icmp[0] is IcmpHeader.Unreachable or 4 or 5 or IcmpHeader.TimeExceeded or 12;
        }

        if (packet.Length < Ipv6Header.Size)
        {
            return false;
        }

        six = true;
        byte next = packet[6];
        int at = Ipv6Header.Size, end = at + BinaryPrimitives.ReadUInt16BigEndian(packet[4..]);
        while (next is IpProtocol.HopByHop or IpProtocol.DestinationOptions or IpProtocol.Routing && at + 8 <= packet.Length)
        {
            next = packet[at];
            at += (packet[at + 1] + 1) * 8;
        }

        if (next != IpProtocol.Icmpv6 || end > packet.Length || at + IcmpHeader.Size > end)
        {
            return false;
        }

        icmp = packet[at..end];
        router = new IPAddress(packet[8..24]);
        sumIsRight = InternetChecksum.IsValid(InternetChecksum.Add(
            InternetChecksum.PseudoHeader(Ipv6Address.FromBytes(packet[8..]), Ipv6Address.FromBytes(packet[24..]), IpProtocol.Icmpv6, (uint)icmp.Length), icmp));
        return icmp[0] < 128;
    }

    /// <summary>The peer to which the quoted packet went, if it is an NVGRE packet of the gateway's (B-062).</summary>
    private static PlaneIndex.PeerView? Quoted(ReadOnlySpan<byte> packet, bool six, PlaneIndex index, OwnAddresses own)
    {
        ReadOnlySpan<byte> source, destination, gre;
        if (six)
        {
            const int Needed = Ipv6Header.Size + GreHeader.Size;
            if (packet.Length < Needed || packet[0] >> 4 != 6 || packet[6] != IpProtocol.Gre)
            {
                return null;
            }

            source = packet[8..24];
            destination = packet[24..40];
            gre = packet[Ipv6Header.Size..Needed];
        }
        else
        {
            int header = packet.Length < Ipv4Header.Size ? 0 : (packet[0] & 0xF) * 4;
            if (header < Ipv4Header.Size || packet[0] >> 4 != 4 || packet.Length < header + GreHeader.Size || packet[9] != IpProtocol.Gre)
            {
                return null;
            }

            source = packet[12..16];
            destination = packet[16..20];
            gre = packet.Slice(header, GreHeader.Size);
        }

        if (!own.IsPa(new IPAddress(source)) || BinaryPrimitives.ReadUInt32BigEndian(gre) != GreWord)
        {
            return null;
        }

        return index.PeerOf((int)(BinaryPrimitives.ReadUInt32BigEndian(gre[4..]) >> 8), new IPAddress(destination));
    }

    private void HandleTooBig(PlaneIndex.PeerView? peer, bool six, ReadOnlySpan<byte> icmp, PlaneIndex index, ulong now)
    {
        if (peer?.Narrowest(index.Configuration, _tables.LearnedPathMtu(peer.Peer.Address)) is { } port)
        {
            if (peer.Peer.Mtu is not null || !peer.Peer.Pmtud)
            {
                return; // B-064: without effect
            }

            IPAddress address = peer.Peer.Address;
            uint told = six ? BinaryPrimitives.ReadUInt32BigEndian(icmp[4..]) : BinaryPrimitives.ReadUInt16BigEndian(icmp[6..]);
            int current = TenantMtu.PathTo(port, peer.Peer, _tables.LearnedPathMtu(address));
            if (told >= (six ? LeastIpv6 : LeastIpv4) && told < current)
            {
                _expires[address] = now + Life;
                Change(address, (int)told, index);
                return;
            }
        }

        ref ulong rejected = ref _memory.Header->ControlCounters[(int)CounterId.IcmpPtbRejected];
        Volatile.Write(ref rejected, rejected + 1);
    }

    private void Change(IPAddress address, int? mtu, PlaneIndex index)
    {
        int? before = _tables.LearnedPathMtu(address);
        _tables.SetLearnedPathMtu(address, mtu);
        _store.Set(address, mtu, mtu is null ? 0 : _expires[address], index);
        if (index.Peers.FirstOrDefault(p => p.Peer.Address.Equals(address) && p.Peer.Pmtud && p.Peer.Mtu is null) is { } peer
            && peer.Narrowest(index.Configuration, before) is { } port)
        {
            _pathMtuChanged(address, TenantMtu.PathTo(port, peer.Peer, before), TenantMtu.PathTo(port, peer.Peer, mtu));
        }
    }

    private ulong Received(uint peer) => _tables.Statistics.Peer(peer).RxTotal.Packets;

    private static string? TextOf(byte type, byte code, bool six) => (six, type) switch
    {
        (false, IcmpHeader.Unreachable) => code switch
        {
            0 => "network unreachable",
            1 => "host unreachable",
            2 => "protocol unreachable",
            _ => $"unreachable, code {code}",
        },
        (false, IcmpHeader.TimeExceeded) or (true, IcmpHeader.TimeExceeded6) => "time exceeded on the way",
        (true, IcmpHeader.Unreachable6) => code switch
        {
            0 => "no route",
            1 => "administratively prohibited",
            3 => "address unreachable",
            _ => $"unreachable, code {code}",
        },
        _ => null,
    };

    private readonly record struct Report(string Text, ulong Until, ulong Received);
}
