using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;

namespace NvgreGateway.Data.Flows;

/// <summary>
/// Makes rules of wishes. A wish has several forms, best first: drivers differ in what they take, and each is asked in turn. Every item of
/// NVGRE says 0x2000 and 0x6558 in spec and mask (C-120): with DPDK's own mask, which has the VSID alone, GRE without a key would hit.
/// </summary>
internal static unsafe class FlowForms
{
    /// <summary>GRE flags and version of NVGRE: a key and nothing else (RFC 7637 section 3.2).</summary>
    internal const uint NvgreFlags = 0x2000;

    /// <summary>GRE protocol: transparent Ethernet bridging.</summary>
    internal const uint NvgreProtocol = 0x6558;

    private const uint NotFragment = 0x3FFF, DontFragment = 0x4000, Ect = 3, TrafficClass = 0x0FF0_0000, Syn = 2, NoOptions = 5, HeaderWords = 0x0F;
    private const int ClassShift = 20, PcpShift = 13;
    private const RssTypes FourTuple = RssTypes.IPv4 | RssTypes.IPv4Tcp | RssTypes.IPv4Udp | RssTypes.IPv6 | RssTypes.IPv6Tcp | RssTypes.IPv6Udp;

    /// <summary>Makes one form of a rule.</summary>
    /// <param name="wish">What control wants.</param>
    /// <param name="form">0 = best.</param>
    /// <param name="device">DPDK's number of the port that packets arrive on.</param>
    /// <param name="outDevice">DPDK's number of the port that they leave by, where there is one.</param>
    /// <param name="rule">The rule.</param>
    /// <returns>False when there is no such form.</returns>
    internal static bool Make(FlowSlot* wish, uint form, ushort device, ushort outDevice, FlowRule* rule)
    {
        *rule = default;
        bool several = (wish->Queues & (wish->Queues - 1)) != 0;
        switch (wish->Kind)
        {
            case FlowKind.VsidQueues or FlowKind.InnerMacQueues when form < (several ? 3u : 1u):
                rule->Direction = FlowDirection.Ingress;
                AddTunnel(wish, rule);
                AddInnerMac(wish, rule);
                rule->DoQueues(wish->Queues, FourTuple, form switch { 0 => 2, 1 => 0, _ => 1 });
                return true;
            case FlowKind.MacQueues when form == 0:
                rule->Direction = FlowDirection.Ingress;
                rule->Add(FlowItemType.Ethernet);
                Match(rule, FlowField.EthernetDestination, wish->Mac);
                rule->DoQueues(wish->Queues, FourTuple, 0);
                return true;
            case FlowKind.InnerSpread when form < 4 && several:
                Spread(wish, form, rule);
                return true;
            case FlowKind.Encapsulate when form < 4:
                Encapsulate(wish, form, device, outDevice, rule);
                return true;
            case FlowKind.Decapsulate when form < 4:
                Decapsulate(wish, form, device, outDevice, rule);
                return true;
            default:
                return false;
        }
    }

    // Behind all others: whatever has queues of its own keeps them.
    private static void Spread(FlowSlot* wish, uint form, FlowRule* rule)
    {
        rule->Direction = FlowDirection.Ingress;
        rule->Priority = 1;
        AddTunnel(wish, rule);
        if (form == 0)
        {
            // DPDK wants the headers in the pattern up to the level that is hashed.
            rule->Add(FlowItemType.Ethernet);
        }

        rule->DoQueues(wish->Queues, form < 3 ? FourTuple : RssTypes.Nvgre, form < 2 ? 2u : 0);
    }

    // Outer headers that may hold anything but the VSID, if one is wanted.
    private static void AddTunnel(FlowSlot* wish, FlowRule* rule)
    {
        rule->Add(FlowItemType.Ethernet);
        if (wish->OuterVlan != 0)
        {
            AddVlan(rule, wish->OuterVlan);
        }

        rule->Add(wish->Family == 6 ? FlowItemType.IPv6 : FlowItemType.IPv4);
        AddNvgre(wish, rule);
    }

    private static void AddNvgre(FlowSlot* wish, FlowRule* rule)
    {
        rule->Add(FlowItemType.Nvgre);
        rule->Match(FlowField.NvgreFlags, NvgreFlags);
        rule->Match(FlowField.NvgreProtocol, NvgreProtocol);
        if (wish->Vsid != 0)
        {
            rule->Match(FlowField.NvgreVsid, wish->Vsid);
        }
    }

    private static void AddVlan(FlowRule* rule, uint vid)
    {
        rule->Add(FlowItemType.Vlan);
        rule->Match(FlowField.VlanTci, vid, 0x0FFF);
    }

    private static void AddInnerMac(FlowSlot* wish, FlowRule* rule)
    {
        if (wish->Mac != 0)
        {
            rule->Add(FlowItemType.Ethernet);
            Match(rule, FlowField.EthernetDestination, wish->Mac);
        }
    }

    /// <summary>
    /// Frames of a station to another, or of one flow between them, of which nothing has to be looked at: marked as the flow is, no SYN to
    /// clamp, no fragment. The rest goes through software, as everything does without the rule.
    /// </summary>
    private static void Encapsulate(FlowSlot* wish, uint form, ushort device, ushort outDevice, FlowRule* rule)
    {
        Begin(rule, form, device);
        rule->Add(FlowItemType.Ethernet);
        Match(rule, FlowField.EthernetDestination, wish->Mac);
        Match(rule, FlowField.EthernetSource, wish->SourceMac);
        if (wish->Vlan != 0)
        {
            AddVlan(rule, wish->Vlan);
            rule->Match(FlowField.VlanProtocol, EtherType(wish->InnerFamily));
        }
        else
        {
            rule->Match(FlowField.EthernetProtocol, EtherType(wish->InnerFamily));
        }

        AddInnerPacket(wish, rule);
        rule->Do(FlowActionType.Count);
        if (wish->Vlan != 0)
        {
            rule->Do(FlowActionType.PopVlan);
        }

        if (form < 2)
        {
            GiveTunnel(wish, rule);
            rule->Do(FlowActionType.NvgreEncap);
        }
        else
        {
            rule->SetHeader(new ReadOnlySpan<byte>(wish->Header, wish->HeaderLength));
            rule->Do(FlowActionType.RawEncap);
        }

        End(rule, form, outDevice);
    }

    // A valid tunnel from end to end (C-121), without options, fragments or ECN marks: those are software's.
    private static void Decapsulate(FlowSlot* wish, uint form, ushort device, ushort outDevice, FlowRule* rule)
    {
        Begin(rule, form, device);
        rule->Add(FlowItemType.Ethernet);
        Match(rule, FlowField.EthernetDestination, wish->OuterMac);
        if (wish->OuterVlan != 0)
        {
            AddVlan(rule, wish->OuterVlan);
            rule->Match(FlowField.VlanProtocol, EtherType(wish->Family));
        }
        else
        {
            rule->Match(FlowField.EthernetProtocol, EtherType(wish->Family));
        }

        if (wish->Family == 6)
        {
            rule->Add(FlowItemType.IPv6);
            rule->Match(FlowField.IPv6Flow, 0, Ect << ClassShift);
            rule->Match(FlowField.IPv6Protocol, 47);
            rule->Match(FlowField.IPv6Source, new ReadOnlySpan<byte>(wish->PeerAddress, 16));
            rule->Match(FlowField.IPv6Destination, new ReadOnlySpan<byte>(wish->LocalAddress, 16));
        }
        else
        {
            rule->Add(FlowItemType.IPv4);
            rule->Match(FlowField.IPv4VersionLength, NoOptions, HeaderWords); // the version is the item: drivers refuse it in a mask
            rule->Match(FlowField.IPv4Tos, 0, Ect);
            rule->Match(FlowField.IPv4Fragment, 0, NotFragment);
            rule->Match(FlowField.IPv4Protocol, 47);
            rule->Match(FlowField.IPv4Source, new ReadOnlySpan<byte>(wish->PeerAddress, 4));
            rule->Match(FlowField.IPv4Destination, new ReadOnlySpan<byte>(wish->LocalAddress, 4));
        }

        AddNvgre(wish, rule);
        rule->Add(FlowItemType.Ethernet);
        Match(rule, FlowField.EthernetDestination, wish->Mac);
        Match(rule, FlowField.EthernetSource, wish->SourceMac);
        rule->Match(FlowField.EthernetProtocol, EtherType(wish->InnerFamily));
        AddInnerPacket(wish, rule);
        rule->Do(FlowActionType.Count);
        if (form >= 2)
        {
            rule->SetHeader(new ReadOnlySpan<byte>(wish->Header, wish->HeaderLength));
        }

        rule->Do(form < 2 ? FlowActionType.NvgreDecap : FlowActionType.RawDecap);
        if (wish->Vlan != 0)
        {
            rule->Do(FlowActionType.PushVlan, 0x8100);
            rule->Do(FlowActionType.SetVlanVid, wish->Vlan);
            rule->Do(FlowActionType.SetVlanPcp, wish->Pcp);
        }

        End(rule, form, outDevice);
    }

    private static void Begin(FlowRule* rule, uint form, ushort device)
    {
        rule->Direction = FlowDirection.Transfer;
        if ((form & 1) == 0)
        {
            rule->MatchPort(device);
        }
    }

    private static void End(FlowRule* rule, uint form, ushort outDevice) =>
        rule->Do((form & 1) == 0 ? FlowActionType.RepresentedPort : FlowActionType.PortId, outDevice);

    private static void AddInnerPacket(FlowSlot* wish, FlowRule* rule)
    {
        bool isFlow = wish->IsFlow != 0;
        if (wish->InnerFamily == 6)
        {
            rule->Add(FlowItemType.IPv6);
            rule->Match(FlowField.IPv6Flow, (uint)wish->Tos << ClassShift, TrafficClass);
            rule->Match(FlowField.IPv6Protocol, wish->InnerProtocol);
            if (isFlow)
            {
                rule->Match(FlowField.IPv6Source, new ReadOnlySpan<byte>(wish->InnerSource, 16));
                rule->Match(FlowField.IPv6Destination, new ReadOnlySpan<byte>(wish->InnerDestination, 16));
            }
        }
        else
        {
            rule->Add(FlowItemType.IPv4);
            rule->Match(FlowField.IPv4Tos, wish->Tos);
            rule->Match(FlowField.IPv4Fragment, 0, NotFragment);
            rule->Match(FlowField.IPv4Protocol, wish->InnerProtocol);
            if (isFlow)
            {
                rule->Match(FlowField.IPv4Source, new ReadOnlySpan<byte>(wish->InnerSource, 4));
                rule->Match(FlowField.IPv4Destination, new ReadOnlySpan<byte>(wish->InnerDestination, 4));
            }
        }

        bool tcp = wish->InnerProtocol == 6;
        rule->Add(tcp ? FlowItemType.Tcp : FlowItemType.Udp);
        if (isFlow)
        {
            rule->Match(tcp ? FlowField.TcpSource : FlowField.UdpSource, wish->InnerSourcePort);
            rule->Match(tcp ? FlowField.TcpDestination : FlowField.UdpDestination, wish->InnerDestinationPort);
        }

        if (tcp)
        {
            rule->Match(FlowField.TcpFlags, 0, Syn);
        }
    }

    // ETH / [VLAN] / IPV4 or IPV6 / NVGRE, in this order (C-122).
    private static void GiveTunnel(FlowSlot* wish, FlowRule* rule)
    {
        rule->AddTunnel(FlowItemType.Ethernet);
        rule->Give(FlowField.EthernetDestination, new ReadOnlySpan<byte>(&wish->OuterMac, 6));
        rule->Give(FlowField.EthernetSource, new ReadOnlySpan<byte>(&wish->OuterSourceMac, 6));
        if (wish->OuterVlan != 0)
        {
            rule->Give(FlowField.EthernetProtocol, 0x8100);
            rule->AddTunnel(FlowItemType.Vlan);
            rule->Give(FlowField.VlanTci, wish->OuterVlan | ((uint)wish->OuterPcp << PcpShift));
            rule->Give(FlowField.VlanProtocol, EtherType(wish->Family));
        }
        else
        {
            rule->Give(FlowField.EthernetProtocol, EtherType(wish->Family));
        }

        if (wish->Family == 6)
        {
            rule->AddTunnel(FlowItemType.IPv6);
            rule->Give(FlowField.IPv6Flow, 0x6000_0000 | ((uint)wish->OuterTos << ClassShift) | wish->FlowLabel);
            rule->Give(FlowField.IPv6Protocol, 47);
            rule->Give(FlowField.IPv6HopLimit, wish->Ttl);
            rule->Give(FlowField.IPv6Source, new ReadOnlySpan<byte>(wish->LocalAddress, 16));
            rule->Give(FlowField.IPv6Destination, new ReadOnlySpan<byte>(wish->PeerAddress, 16));
        }
        else
        {
            rule->AddTunnel(FlowItemType.IPv4);
            rule->Give(FlowField.IPv4VersionLength, 0x45);
            rule->Give(FlowField.IPv4Tos, wish->OuterTos);
            rule->Give(FlowField.IPv4Fragment, DontFragment);
            rule->Give(FlowField.IPv4Ttl, wish->Ttl);
            rule->Give(FlowField.IPv4Protocol, 47);
            rule->Give(FlowField.IPv4Source, new ReadOnlySpan<byte>(wish->LocalAddress, 4));
            rule->Give(FlowField.IPv4Destination, new ReadOnlySpan<byte>(wish->PeerAddress, 4));
        }

        rule->AddTunnel(FlowItemType.Nvgre);
        rule->Give(FlowField.NvgreFlags, NvgreFlags);
        rule->Give(FlowField.NvgreProtocol, NvgreProtocol);
        rule->Give(FlowField.NvgreVsid, wish->Vsid);
        rule->Give(FlowField.NvgreFlowId, wish->FlowId);
    }

    private static uint EtherType(byte family) => family == 6 ? 0x86DDu : 0x0800;

    private static void Match(FlowRule* rule, FlowField field, ulong mac) => rule->Match(field, new ReadOnlySpan<byte>(&mac, 6));
}
