using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Tables;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Control.Neighbors;

/// <summary>
/// Which tenant has which address, and the answers on its behalf (A-105, D-034, E-050 to E-057): from the records of the configuration,
/// which nothing overrides, and from what tenants tell by ARP and by neighbour advertisements. Only segments whose <c>arp</c> is not
/// <c>forward</c> have any. Learned addresses age like MACs, and one that moves too often between MACs is not answered for until it
/// has been quiet (E-057, with the numbers of <c>fdb.moves</c>).
/// </summary>
internal sealed unsafe class TenantNeighbors
{
    private const ulong Second = 1_000_000_000;
    private readonly GatewayMemory _memory;
    private readonly InjectQueue _injects;
    private readonly BindingTable _table;
    private readonly Action<uint, HostKey, MacAddress?> _duplicate;
    private readonly Dictionary<(uint Segment, HostKey Address), TenantBinding> _bindings = [];
    private readonly TokenBucket _arp;
    private readonly TokenBucket _nd;
    private readonly TokenBucket _evidence;
    private readonly byte[] _reply = new byte[ControlPackets.NeighborLength];
    private ulong _nextSweep;
    private ulong _ageing;
    private ulong _window;
    private int _limit;

    /// <param name="memory">The regions; what a former control process had learned is taken over, as told of now.</param>
    /// <param name="injects">Where answers go.</param>
    /// <param name="configuration">The configuration.</param>
    /// <param name="duplicate">Told of an address that moves too often, with its newest MAC, and of one that is quiet again, with none.</param>
    /// <param name="now">Nanoseconds.</param>
    public TenantNeighbors(GatewayMemory memory, InjectQueue injects, GatewayConfiguration configuration, Action<uint, HostKey, MacAddress?> duplicate, ulong now)
    {
        _memory = memory;
        _injects = injects;
        _duplicate = duplicate;
        _table = memory.Bindings;
        IReadOnlyList<BindingEntry> left = _table.All();
        _table.Clear();
        foreach (BindingEntry entry in left)
        {
            var mac = new MacAddress(entry.Mac);
            if ((entry.Flags & BindingEntry.Static) == 0 && entry.Family is 4 or 6 && mac.IsUnicast)
            {
                (uint, HostKey) key = (entry.Segment, new HostKey(0, (byte)entry.Family, entry.High, entry.Low));
                var binding = new TenantBinding { Mac = mac, SeenAt = now, IsRouter = (entry.Flags & BindingEntry.Router) != 0 };
                if (_bindings.TryAdd(key, binding))
                {
                    LearnedCount++;
                    Show(key, binding);
                }
            }
        }

        _arp = new TokenBucket(configuration.Budgets.Arp);
        _nd = new TokenBucket(configuration.Budgets.Nd);
        _evidence = new TokenBucket(configuration.Budgets.Arp + configuration.Budgets.Nd);
    }

    /// <summary>Addresses that may age.</summary>
    public int LearnedCount { get; private set; }

    /// <summary>All addresses, in no order.</summary>
    public IEnumerable<(uint Segment, HostKey Address, TenantBinding Binding)> All => _bindings.Select(static b => (b.Key.Segment, b.Key.Address, b.Value));

    /// <summary>Takes over a published configuration.</summary>
    /// <param name="index">The configuration with its ids.</param>
    public void Refresh(PlaneIndex index)
    {
        GatewayConfiguration configuration = index.Configuration;
        _arp.SetRate(configuration.Budgets.Arp);
        _nd.SetRate(configuration.Budgets.Nd);
        _evidence.SetRate(configuration.Budgets.Arp + configuration.Budgets.Nd);
        _ageing = (ulong)configuration.Fdb.AgeingSeconds * Second;
        _window = (ulong)configuration.Fdb.Moves.WindowSeconds * Second;
        _limit = configuration.Fdb.Moves.Limit;

        var records = new Dictionary<(uint, HostKey), MacAddress>();
        foreach (PlaneIndex.SegmentView segment in index.Segments.Where(static s => s.Segment.Arp != ArpMode.Forward))
        {
            foreach (RecordConfiguration record in segment.Segment.Records)
            {
                if (record.Ca is { } ca)
                {
                    records[(segment.Id, HostKey.Of(0, ca))] = record.Mac;
                }
            }
        }

        foreach (((uint Segment, HostKey Address) key, TenantBinding binding) in _bindings.ToArray())
        {
            bool watched = index.SegmentOf(key.Segment) is { Arp: not ArpMode.Forward };
            if (!watched || (binding.Static && !records.ContainsKey(key)))
            {
                Forget(key, binding);
            }
        }

        foreach (((uint Segment, HostKey Address) key, MacAddress mac) in records)
        {
            if (!_bindings.TryGetValue(key, out TenantBinding? binding))
            {
                if (_bindings.Count >= _table.Capacity)
                {
                    continue; // a record with an address for each MAC fits: only learned ones can be in its place, and they age
                }

                _bindings[key] = binding = new TenantBinding();
            }
            else if (!binding.Static)
            {
                LearnedCount--;
                Quiet(key, binding);
            }

            binding.Static = true;
            binding.IsRouter = true;
            binding.Mac = mac;
            Show(key, binding);
        }
    }

    /// <summary>Works off a tenant's frame.</summary>
    /// <param name="punt">The punt; its frame may hold anything.</param>
    /// <param name="index">The configuration with its ids.</param>
    /// <param name="fdb">The FDB.</param>
    /// <param name="now">Nanoseconds.</param>
    public void Handle(in Punt punt, PlaneIndex index, FdbManager fdb, ulong now)
    {
        bool question = punt.Kind == PuntKind.TenantQuestion;
        bool arp = punt.Frame.Length >= EthernetHeader.Size && BinaryPrimitives.ReadUInt16BigEndian(punt.Frame.AsSpan(12)) == EtherType.Arp;
        if (!(question ? arp ? _arp : _nd : _evidence).TryTake(now))
        {
            if (question)
            {
                Refuse(arp ? DropReason.CppArp : DropReason.CppNd);
            }

            return;
        }

        if (index.SegmentOf(punt.Segment) is not { Arp: not ArpMode.Forward } segment || punt.Frame.Length < EthernetHeader.Size)
        {
            return; // gone with a reload
        }

        ReadOnlySpan<byte> payload = punt.Frame.AsSpan(EthernetHeader.Size);
        if (arp)
        {
            if (ArpPacket.TryRead(payload, out ArpPacket packet))
            {
                HandleArp(in punt, question, segment, index, fdb, in packet, now);
            }
        }
        else if (NeighborMessage.TryRead(payload, out NeighborMessage message))
        {
            HandleNeighbor(in punt, question, segment, index, fdb, in message, now);
        }
    }

    /// <summary>Lets time pass: addresses that nobody told of age (E-056), and those that were duplicate and are quiet go (E-057).</summary>
    /// <param name="now">Nanoseconds.</param>
    public void Tick(ulong now)
    {
        if (now < _nextSweep || LearnedCount == 0)
        {
            return;
        }

        _nextSweep = now + Second;
        foreach (((uint Segment, HostKey Address) key, TenantBinding binding) in _bindings.ToArray())
        {
            if (!binding.Static && (now - binding.SeenAt > _ageing || (binding.IsDuplicate && now - binding.MovedAt > _window)))
            {
                Forget(key, binding);
            }
        }
    }

    private static bool IsTenant(Ipv4Address address) =>
        !address.IsUnspecified && !address.IsMulticast && !address.IsBroadcast && !address.IsLoopback;

    private static bool IsTenant(Ipv6Address address) => !address.IsUnspecified && !address.IsMulticast && !address.IsLoopback;

    private void HandleArp(
        in Punt punt, bool question, SegmentConfiguration segment, PlaneIndex index, FdbManager fdb, in ArpPacket arp, ulong now)
    {
        // E-055: a probe tells nothing of its sender.
        if (IsTenant(arp.SenderAddress))
        {
            Learn(punt.Segment, segment, new HostKey(0, arp.SenderAddress), arp.SenderMac.Value, null, now);
        }

        if (!question)
        {
            return;
        }

        if (Known(punt.Segment, new HostKey(0, arp.TargetAddress)) is not { } owner)
        {
            Refuse(DropReason.ArpUnknown); // known when it was asked, but not any more
            return;
        }

        int length = ControlPackets.ArpReply(_reply, owner.Mac, arp.TargetAddress, arp.SenderMac.Value, arp.SenderAddress);
        Answer(in punt, index, fdb, owner, length);
    }

    private void HandleNeighbor(
        in Punt punt, bool question, SegmentConfiguration segment, PlaneIndex index, FdbManager fdb, in NeighborMessage message, ulong now)
    {
        // E-054: a solicitation tells nothing of its sender.
        var target = new HostKey(0, message.Target);
        if (!message.IsSolicitation && message.LinkLayer is { } mac && IsTenant(message.Target))
        {
            Learn(punt.Segment, segment, target, mac, message.IsRouter, now);
        }

        if (!question)
        {
            return;
        }

        if (Known(punt.Segment, target) is not { } owner)
        {
            Refuse(DropReason.ArpUnknown);
            return;
        }

        MacAddress asker = message.LinkLayer ?? MacAddress.FromBytes(punt.Frame.AsSpan(6));
        int length = ControlPackets.NeighborAdvertisement(_reply, owner.Mac, message.Target, asker, message.Source, owner.IsRouter);
        Answer(in punt, index, fdb, owner, length);
    }

    // Back to where it came from; toward a peer the outer DSCP is what it would be if the owner had answered.
    private void Answer(in Punt punt, PlaneIndex index, FdbManager fdb, TenantBinding owner, int length)
    {
        var to = new Place(punt.Place);
        int port = punt.Port;
        if (to.IsPeer)
        {
            if (!fdb.TryFind(punt.Segment, owner.Mac, out FdbEntry entry) || entry.Place.IsPeer || index.AttachmentOf(entry.Place.Id) is not { } attachment)
            {
                Refuse(DropReason.ArpUnknown); // the owner moved while the question was on its way
                return;
            }

            port = attachment.Port;
        }

        _injects.SendTenant(punt.Sequence, to, port, _reply.AsSpan(0, length));
    }

    private TenantBinding? Known(uint segment, HostKey address) =>
        _bindings.TryGetValue((segment, address), out TenantBinding? binding) && !binding.IsDuplicate ? binding : null;

    private void Learn(uint segment, SegmentConfiguration configuration, HostKey address, MacAddress mac, bool? router, ulong now)
    {
        (uint, HostKey) key = (segment, address);
        if (!mac.IsUnicast || mac.Value == 0)
        {
            return;
        }

        if (_bindings.TryGetValue(key, out TenantBinding? binding))
        {
            if (binding.Static)
            {
                binding.IsRouter = mac == binding.Mac ? router ?? binding.IsRouter : binding.IsRouter;
                return; // E-056: never overridden
            }

            binding.SeenAt = now;
            bool wasRouter = binding.IsRouter;
            binding.IsRouter = router ?? wasRouter;
            if (binding.IsRouter != wasRouter && !binding.IsDuplicate)
            {
                Show(key, binding); // for a successor of this process
            }

            if (binding.Mac != mac)
            {
                Move(key, binding, mac, now);
            }

            return;
        }

        if (!configuration.Learning || _bindings.Count >= _table.Capacity)
        {
            return;
        }

        _bindings[key] = binding = new TenantBinding { Mac = mac, SeenAt = now, IsRouter = router ?? true };
        LearnedCount++;
        Show(key, binding);
    }

    private void Move((uint Segment, HostKey Address) key, TenantBinding binding, MacAddress mac, ulong now)
    {
        binding.Mac = mac;
        binding.MovedAt = now;
        if (binding.IsDuplicate)
        {
            return;
        }

        binding.Moves.RemoveAll(at => now - at >= _window);
        binding.Moves.Add(now);
        if (binding.Moves.Count < _limit)
        {
            Show(key, binding);
            return;
        }

        binding.IsDuplicate = true;
        _table.Remove(key.Segment, key.Address.Family, key.Address.High, key.Address.Low);
        _duplicate(key.Segment, key.Address, mac);
    }

    private void Forget((uint Segment, HostKey Address) key, TenantBinding binding)
    {
        _bindings.Remove(key);
        _table.Remove(key.Segment, key.Address.Family, key.Address.High, key.Address.Low);
        LearnedCount -= binding.Static ? 0 : 1;
        Quiet(key, binding);
    }

    private void Quiet((uint Segment, HostKey Address) key, TenantBinding binding)
    {
        if (binding.IsDuplicate)
        {
            binding.IsDuplicate = false;
            _duplicate(key.Segment, key.Address, null);
        }
    }

    private void Show((uint Segment, HostKey Address) key, TenantBinding binding) => _table.Set(new BindingEntry
    {
        High = key.Address.High,
        Low = key.Address.Low,
        Mac = binding.Mac.Value,
        Segment = key.Segment,
        Family = key.Address.Family,
        Flags = (binding.Static ? BindingEntry.Static : 0) | (binding.IsRouter ? BindingEntry.Router : 0),
    });

    private void Refuse(DropReason reason)
    {
        ulong* counter = &_memory.Header->ControlDrops[(int)reason];
        Volatile.Write(ref *counter, *counter + 1);
    }
}
