using System.Runtime.InteropServices;

namespace NvgreGateway.Exchange;

/// <summary>
/// One rule for a port's hardware. Control describes what it wants and then sets <see cref="Wanted"/>; the housekeeping thread of the data
/// process makes a rule of it and sets <see cref="Done"/> to the same number. To take a rule back control sets <see cref="Wanted"/> to 0,
/// and may change what the rule mirrors, or the slot, once <see cref="Done"/> is 0 (C-125). MACs have the first wire byte lowest,
/// addresses are wire bytes.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 512)]
public unsafe struct FlowSlot
{
    /// <summary>Bytes of the description, from <see cref="Kind"/> on.</summary>
    public const int DescriptionBytes = 224;

    /// <summary>Bytes of <see cref="Text"/>.</summary>
    public const int TextBytes = 156;

    /// <summary>Bytes of <see cref="Header"/>.</summary>
    public const int MostHeader = 72;

    /// <summary>Number of what is wanted, 0 = nothing.</summary>
    public uint Wanted;

    /// <summary>The last number given; a number is not used again.</summary>
    public uint Serial;

    /// <summary>What for.</summary>
    public FlowKind Kind;

    /// <summary>Family of the outer addresses: 4 or 6; 0 where there is none.</summary>
    public byte Family;

    /// <summary>Family of the inner packet: 4 or 6; 0 = any.</summary>
    public byte InnerFamily;

    /// <summary>Protocol of the inner packet: 6 (without SYN, which may have to be changed) or 17; 0 = any.</summary>
    public byte InnerProtocol;

    /// <summary>The port that packets arrive on.</summary>
    public ushort Port;

    /// <summary>The port that they leave by.</summary>
    public ushort OutPort;

    /// <summary>The VSID; 0 = any.</summary>
    public uint Vsid;

    /// <summary>The attachment that it is counted for.</summary>
    public uint Attachment;

    /// <summary>The peer that it is counted for.</summary>
    public uint Peer;

    /// <summary>VID of the attachment; 0 = untagged.</summary>
    public ushort Vlan;

    /// <summary>VID of the outer tag; 0 = untagged.</summary>
    public ushort OuterVlan;

    /// <summary>A bit for each queue.</summary>
    public ulong Queues;

    /// <summary>Destination of the tenant frame.</summary>
    public ulong Mac;

    /// <summary>Source of the tenant frame; 0 = any.</summary>
    public ulong SourceMac;

    /// <summary>Destination of the outer frame: the next hop's MAC, or of what is received our own.</summary>
    public ulong OuterMac;

    /// <summary>Source of the outer frame that is made.</summary>
    public ulong OuterSourceMac;

    /// <summary>TTL or hop limit of the outer header that is made.</summary>
    public byte Ttl;

    /// <summary>FlowID of the outer header that is made: constant, hence a rule for each flow wherever FlowIDs differ (C-122, A-030).</summary>
    public byte FlowId;

    /// <summary>PCP of the tag that is added to what leaves decapsulated.</summary>
    public byte Pcp;

    /// <summary>Bytes of the outer headers, Ethernet to GRE.</summary>
    public byte HeaderLength;

    /// <summary>Source port of the tenant's flow, in the order of this machine.</summary>
    public ushort InnerSourcePort;

    /// <summary>Destination port of the tenant's flow.</summary>
    public ushort InnerDestinationPort;

    /// <summary>Our PA.</summary>
    public fixed byte LocalAddress[16];

    /// <summary>The peer's PA.</summary>
    public fixed byte PeerAddress[16];

    /// <summary>Outer headers that are made, as <see cref="PeerEntry.Template"/> has them but with all that the rule holds constant.</summary>
    public fixed byte Header[MostHeader];

    /// <summary>Source address of the tenant's flow, IPv4 in the first four bytes.</summary>
    public fixed byte InnerSource[16];

    /// <summary>Destination address of the tenant's flow, likewise.</summary>
    public fixed byte InnerDestination[16];

    /// <summary>Flow label of the outer IPv6 header that is made: as constant as the FlowID.</summary>
    public uint FlowLabel;

    /// <summary>Segment id: with <see cref="Mac"/> and <see cref="SourceMac"/> the keys of the FDB entries that it mirrors.</summary>
    public uint Segment;

    /// <summary>TOS byte or traffic class of the tenant's packets: all eight bits count, so what is marked otherwise is software's.</summary>
    public byte Tos;

    /// <summary>TOS byte or traffic class of the outer header that is made.</summary>
    public byte OuterTos;

    /// <summary>PCP of the outer tag that is made (E-042).</summary>
    public byte OuterPcp;

    /// <summary>1 = only asked about, never installed: what a device would take is known before there is a use for it (C-070).</summary>
    public byte Probe;

    /// <summary>1 = of one flow: addresses and ports count; else of all flows between the two MACs.</summary>
    public byte IsFlow;

    private readonly byte _reserved;
    private readonly ushort _reserved2;

    /// <summary>Number of what the rest tells of; 0 = nothing is installed.</summary>
    public uint Done;

    /// <summary>What became of it.</summary>
    public FlowState State;

    /// <summary>Positive errno of a refusal.</summary>
    public int Error;

    /// <summary>Which of the forms of the rule is installed, 0 = the best.</summary>
    public uint Form;

    /// <summary>Packets that it handled since it was installed.</summary>
    public ulong Packets;

    /// <summary>Bytes of those, as they arrived.</summary>
    public ulong Bytes;

    /// <summary>The driver's words, UTF-8, zero-terminated.</summary>
    public fixed byte Text[TextBytes];
}
