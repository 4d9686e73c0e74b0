using System.Buffers.Binary;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Groups;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Control.Neighbors;

/// <summary>
/// What control does with a frame of the underlay: ARP and ND for the gateway's own addresses and next hops (E-063), echo
/// (E-064), IGMP and MLD. Every frame was counted as consumed by the worker that punted it; what is refused here moves to the drops
/// (<see cref="GatewayHeader.ControlDrops"/>): over a budget (F-047), or malformed.
/// </summary>
internal sealed unsafe class UnderlayProtocols
{
    private readonly GatewayMemory _memory;
    private readonly InjectQueue _injects;
    private readonly NeighborTable _neighbors;
    private readonly Action<HostKey, MacAddress> _conflict;
    private readonly Func<byte[], ulong, bool> _errors;
    private readonly GroupMembership _groups;
    private readonly TokenBucket _arp;
    private readonly TokenBucket _nd;
    private readonly TokenBucket _echo;
    private readonly byte[] _reply = new byte[GatewayMemory.LongestFrame];
    private OwnAddresses _own;

    /// <param name="memory">The regions.</param>
    /// <param name="injects">Where answers go.</param>
    /// <param name="neighbors">The next hops.</param>
    /// <param name="own">The gateway's own addresses.</param>
    /// <param name="budgets">How much of each is worked off.</param>
    /// <param name="conflict">Told when another host claims an own address.</param>
    /// <param name="errors">Takes ICMP errors, with the time; says whether a frame was one.</param>
    /// <param name="groups">Takes IGMP and MLD.</param>
    public UnderlayProtocols(
        GatewayMemory memory, InjectQueue injects, NeighborTable neighbors, OwnAddresses own, BudgetsConfiguration budgets,
        Action<HostKey, MacAddress> conflict, Func<byte[], ulong, bool> errors, GroupMembership groups)
    {
        _memory = memory;
        _injects = injects;
        _neighbors = neighbors;
        _own = own;
        _conflict = conflict;
        _errors = errors;
        _groups = groups;
        _arp = new TokenBucket(budgets.Arp);
        _nd = new TokenBucket(budgets.Nd);
        _echo = new TokenBucket(budgets.IcmpEcho);
    }

    /// <summary>Takes over what a published configuration says.</summary>
    /// <param name="budgets">How much of each is worked off.</param>
    /// <param name="own">The gateway's own addresses.</param>
    public void Refresh(BudgetsConfiguration budgets, OwnAddresses own)
    {
        _own = own;
        _arp.SetRate(budgets.Arp);
        _nd.SetRate(budgets.Nd);
        _echo.SetRate(budgets.IcmpEcho);
    }

    /// <summary>Works off a frame.</summary>
    /// <param name="punt">The punt; its frame may hold anything.</param>
    /// <param name="now">Nanoseconds.</param>
    public void Handle(in Punt punt, ulong now)
    {
        byte[] frame = punt.Frame;
        if (frame.Length < EthernetHeader.Size)
        {
            return;
        }

        // The rest works on untagged frames: the tag of an underlay port is put back by the inject queue.
        int type = BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(12));
        if (type == EtherType.Vlan && frame.Length >= EthernetHeader.Size + VlanTag.Size)
        {
            byte[] untagged = new byte[frame.Length - VlanTag.Size];
            frame.AsSpan(0, 12).CopyTo(untagged);
            frame.AsSpan(12 + VlanTag.Size).CopyTo(untagged.AsSpan(12));
            frame = untagged;
            type = BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(12));
        }

        switch (type)
        {
            case EtherType.Arp:
                HandleArp(in punt, frame, now);
                break;
            case EtherType.Ipv6 when IsNeighborMessage(frame):
                HandleNeighbor(in punt, frame, now);
                break;
            case EtherType.Ipv4 or EtherType.Ipv6 when IsMembership(frame):
                DropReason reason = _groups.Handle(punt.Port, frame.AsSpan(EthernetHeader.Size), now);
                if (reason != DropReason.None)
                {
                    Refuse(reason);
                }

                break;
            case EtherType.Ipv4 or EtherType.Ipv6 when _errors(frame, now):
                break;
            case EtherType.Ipv4 or EtherType.Ipv6:
                HandleEcho(in punt, frame, now);
                break;
            default:
                break; // consumed: nothing else is asked of control
        }
    }

    /// <summary>Announces every PA of the gateway's, once (F-008: not before it forwards).</summary>
    /// <param name="ports">How many ports there are.</param>
    /// <returns>How many addresses that are.</returns>
    public int Announce(int ports)
    {
        int count = 0;
        Span<byte> frame = stackalloc byte[ControlPackets.NeighborLength];
        for (int port = 0; port < ports; port++)
        {
            foreach (OwnAddress own in _own.Of(port))
            {
                HostKey key = HostKey.Of(port, own.Address);
                int length = key.Family == 4
                    ? ControlPackets.GratuitousArp(frame, _own.MacOf(port), key.Ipv4)
                    : ControlPackets.UnsolicitedAdvertisement(frame, _own.MacOf(port), key.Ipv6, isRouter: true);
                _injects.Send(0, port, frame[..length]);
                count++;
            }
        }

        return count;
    }

    // IGMP; MLD behind a hop-by-hop header, without which it is not heeded (RFC 3810 section 6.2).
    private static bool IsMembership(ReadOnlySpan<byte> frame)
    {
        const int Ip = EthernetHeader.Size, Options = Ip + Ipv6Header.Size;
        if (frame[12] == 0x08)
        {
            return frame.Length >= Ip + Ipv4Header.Size && frame[Ip + 9] == IpProtocol.Igmp;
        }

        int at = frame.Length > Options + 1 && frame[Ip + 6] == IpProtocol.HopByHop && frame[Options] == IpProtocol.Icmpv6 ? Options + ((frame[Options + 1] + 1) * 8)
            : frame.Length > Options && frame[Ip + 6] == IpProtocol.Icmpv6 ? Options
            : frame.Length;
        return at < frame.Length && frame[at] is (>= IcmpHeader.ListenerQuery6 and <= IcmpHeader.ListenerDone6) or IcmpHeader.ListenerReport6;
    }

    private static bool IsNeighborMessage(ReadOnlySpan<byte> frame)
    {
        const int TypeAt = EthernetHeader.Size + Ipv6Header.Size;
        return frame.Length > TypeAt && frame[EthernetHeader.Size + 6] == IpProtocol.Icmpv6
            && frame[TypeAt] is IcmpHeader.NeighborSolicitation6 or IcmpHeader.NeighborAdvertisement6;
    }

    private void HandleArp(in Punt punt, ReadOnlySpan<byte> frame, ulong now)
    {
        if (!_arp.TryTake(now))
        {
            Refuse(DropReason.CppArp);
            return;
        }

        if (!ArpPacket.TryRead(frame[EthernetHeader.Size..], out ArpPacket arp) || !arp.SenderMac.Value.IsUnicast
            || arp.SenderAddress.IsMulticast || arp.SenderAddress.IsBroadcast)
        {
            Refuse(DropReason.ArpInvalid);
            return;
        }

        bool request = arp.Operation.Is(ArpPacket.Request);
        if (!request && !arp.Operation.Is(ArpPacket.Reply))
        {
            return;
        }

        var sender = new HostKey(punt.Port, arp.SenderAddress);
        if (_own.IsOwn(sender))
        {
            if (arp.SenderMac.Value != _own.MacOf(punt.Port))
            {
                _conflict(sender, arp.SenderMac.Value);
            }

            return;
        }

        if (!arp.SenderAddress.IsUnspecified)
        {
            _neighbors.Seen(sender, arp.SenderMac.Value, now);
        }

        if (request && _own.IsOwn(new HostKey(punt.Port, arp.TargetAddress)))
        {
            int length = ControlPackets.ArpReply(_reply, _own.MacOf(punt.Port), arp.TargetAddress, arp.SenderMac.Value, arp.SenderAddress);
            _injects.Send(punt.Sequence, punt.Port, _reply.AsSpan(0, length));
        }
    }

    private void HandleNeighbor(in Punt punt, ReadOnlySpan<byte> frame, ulong now)
    {
        if (!_nd.TryTake(now))
        {
            Refuse(DropReason.CppNd);
            return;
        }

        if (!NeighborMessage.TryRead(frame[EthernetHeader.Size..], out NeighborMessage message))
        {
            Refuse(DropReason.ArpInvalid);
            return;
        }

        var target = new HostKey(punt.Port, message.Target);
        if (!message.IsSolicitation)
        {
            if (!_own.IsOwn(target))
            {
                _neighbors.Advertised(punt.Port, in message, now);
            }
            else if (message.LinkLayer is { } claimant && claimant != _own.MacOf(punt.Port))
            {
                _conflict(target, claimant);
            }

            return;
        }

        MacAddress asker = message.LinkLayer ?? MacAddress.FromBytes(frame[6..]);
        var source = new HostKey(punt.Port, message.Source);
        if (!asker.IsUnicast)
        {
            Refuse(DropReason.ArpInvalid);
            return;
        }

        if (_own.IsOwn(source))
        {
            return; // an own frame that came back, or somebody with our address: an answer would help neither
        }

        if (!message.Source.IsUnspecified && message.LinkLayer is not null)
        {
            _neighbors.Solicited(source, asker, now);
        }

        if (_own.IsOwn(target))
        {
            int length = ControlPackets.NeighborAdvertisement(_reply, _own.MacOf(punt.Port), message.Target, asker, message.Source, isRouter: true);
            _injects.Send(punt.Sequence, punt.Port, _reply.AsSpan(0, length));
        }
    }

    private void HandleEcho(in Punt punt, ReadOnlySpan<byte> frame, ulong now)
    {
        int length = frame.Length <= _reply.Length ? ControlPackets.EchoReply(frame, _reply) : 0;
        if (length == 0)
        {
            return; // other ICMP, or an echo request that no host would answer: consumed
        }

        if (!_echo.TryTake(now))
        {
            Refuse(DropReason.CppIcmp);
            return;
        }

        _injects.Send(punt.Sequence, punt.Port, _reply.AsSpan(0, length));
    }

    private void Refuse(DropReason reason)
    {
        ulong* counter = &_memory.Header->ControlDrops[(int)reason];
        Volatile.Write(ref *counter, *counter + 1);
    }
}
