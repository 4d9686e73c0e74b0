using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NvgreGateway.Dpdk;

/// <summary>
/// A flow rule without a pointer in it: <c>struct shim_flow</c>, of which the shim makes the lists that <c>rte_flow</c> takes. Filled in the
/// order of the wire: <see cref="Add"/> an item, then its <see cref="Match(FlowField, ReadOnlySpan{byte})"/>es. Allocates nothing.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct FlowRule
{
    /// <summary>Most items of a pattern.</summary>
    public const int MostItems = 8;

    /// <summary>Most items of the headers that <see cref="FlowActionType.NvgreEncap"/> adds.</summary>
    public const int MostTunnelItems = 4;

    /// <summary>Most actions.</summary>
    public const int MostActions = 8;

    /// <summary>Most queues of <see cref="FlowActionType.Rss"/>.</summary>
    public const int MostQueues = 64;

    /// <summary>Most bytes of <see cref="Header"/>.</summary>
    public const int MostHeader = 80;

    /// <summary>Group of rules, 0 = the one where packets begin.</summary>
    public uint Group;

    /// <summary>Within the group, 0 = first; whatever matches a lower number does not see the others.</summary>
    public uint Priority;

    /// <summary>Which packets it sees.</summary>
    public FlowDirection Direction;

    /// <summary>Items in <see cref="Items"/>.</summary>
    public uint ItemCount;

    /// <summary>Items in <see cref="TunnelItems"/>.</summary>
    public uint TunnelItemCount;

    /// <summary>Actions in <see cref="Actions"/>.</summary>
    public uint ActionCount;

    /// <summary>Headers that RSS hashes: 0 = the driver's choice, 1 = outermost, 2 = the first inner ones.</summary>
    public uint RssLevel;

    /// <summary>Queues in <see cref="Queues"/>.</summary>
    public uint QueueCount;

    /// <summary>Fields that RSS hashes.</summary>
    public RssTypes RssTypes;

    /// <summary>Bytes in <see cref="Header"/>.</summary>
    public uint HeaderLength;

    private readonly uint _reserved;

    /// <summary>Receive queues of RSS.</summary>
    public QueueList Queues;

    /// <summary>Header of <see cref="FlowActionType.RawEncap"/> and <see cref="FlowActionType.RawDecap"/>, in network order.</summary>
    public fixed byte Header[MostHeader];

    /// <summary>The pattern, outermost first.</summary>
    public ItemList Items;

    /// <summary>Headers that <see cref="FlowActionType.NvgreEncap"/> adds, outermost first.</summary>
    public TunnelItemList TunnelItems;

    /// <summary>What is done, in this order.</summary>
    public ActionList Actions;

    /// <summary>Begins an item of the pattern, which matches any header of the type until a field is set.</summary>
    /// <param name="type">The item.</param>
    /// <exception cref="InvalidOperationException">There are eight already.</exception>
    public void Add(FlowItemType type)
    {
        Require(ItemCount < MostItems);
        Items[(int)ItemCount++] = new FlowItem { Type = type };
    }

    /// <summary>Begins a header that is added.</summary>
    /// <param name="type">The item.</param>
    /// <exception cref="InvalidOperationException">There are four already.</exception>
    public void AddTunnel(FlowItemType type)
    {
        Require(TunnelItemCount < MostTunnelItems);
        TunnelItems[(int)TunnelItemCount++] = new FlowItem { Type = type };
    }

    /// <summary>Wants a field of the item begun last to be this, all of it.</summary>
    /// <param name="field">A field of that item.</param>
    /// <param name="value">Bytes in network order, as many as the field has.</param>
    public void Match(FlowField field, ReadOnlySpan<byte> value) => Set(ref Items[(int)ItemCount - 1], field, value, default);

    /// <summary>Wants some bits of a field of the item begun last.</summary>
    /// <param name="field">A field of that item, of at most four bytes.</param>
    /// <param name="value">In the order of this machine.</param>
    /// <param name="mask">The bits that count; all unless given.</param>
    public void Match(FlowField field, uint value, uint mask = uint.MaxValue) => Set(ref Items[(int)ItemCount - 1], field, value, mask);

    /// <summary>Wants the packet to come out of the wire of a port (transfer rules).</summary>
    /// <param name="port">DPDK's number.</param>
    public void MatchPort(ushort port)
    {
        Add(FlowItemType.RepresentedPort);
        ref FlowItem item = ref Items[(int)ItemCount - 1];
        item.Size = sizeof(ushort);
        Unsafe.WriteUnaligned(ref item.Spec[0], port);
        Unsafe.WriteUnaligned(ref item.Mask[0], ushort.MaxValue);
    }

    /// <summary>Sets a field of the added header begun last.</summary>
    /// <param name="field">A field of that item.</param>
    /// <param name="value">Bytes in network order, as many as the field has.</param>
    public void Give(FlowField field, ReadOnlySpan<byte> value) => Set(ref TunnelItems[(int)TunnelItemCount - 1], field, value, default);

    /// <summary>Sets a field of the added header begun last.</summary>
    /// <param name="field">A field of that item, of at most four bytes.</param>
    /// <param name="value">In the order of this machine.</param>
    public void Give(FlowField field, uint value) => Set(ref TunnelItems[(int)TunnelItemCount - 1], field, value, uint.MaxValue);

    /// <summary>Adds an action.</summary>
    /// <param name="type">What is done.</param>
    /// <param name="value">Its argument, if it has one.</param>
    /// <exception cref="InvalidOperationException">There are eight already.</exception>
    public void Do(FlowActionType type, uint value = 0)
    {
        Require(ActionCount < MostActions);
        Actions[(int)ActionCount++] = new FlowAction { Type = type, Value = value };
    }

    /// <summary>Sends to a set of queues: the one, or by RSS over its members.</summary>
    /// <param name="queues">A bit for each; at least one.</param>
    /// <param name="types">What RSS hashes.</param>
    /// <param name="level">Which headers RSS hashes (<see cref="RssLevel"/>).</param>
    public void DoQueues(ulong queues, RssTypes types, uint level)
    {
        Require(queues != 0);
        if ((queues & (queues - 1)) == 0)
        {
            Do(FlowActionType.Queue, (uint)ulong.TrailingZeroCount(queues));
            return;
        }

        (RssTypes, RssLevel, QueueCount) = (types, level, 0);
        for (; queues != 0; queues &= queues - 1)
        {
            Queues[(int)QueueCount++] = (ushort)ulong.TrailingZeroCount(queues);
        }

        Do(FlowActionType.Rss);
    }

    /// <summary>Sets <see cref="Header"/>.</summary>
    /// <param name="header">At most 80 bytes.</param>
    public void SetHeader(ReadOnlySpan<byte> header)
    {
        fixed (byte* to = Header)
        {
            header.CopyTo(new Span<byte>(to, MostHeader));
        }

        HeaderLength = (uint)header.Length;
    }

    private static void Set(ref FlowItem item, FlowField field, uint value, uint mask)
    {
        Span<byte> bytes = stackalloc byte[4], bits = stackalloc byte[4];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bits, mask);
        Set(ref item, field, bytes[^field.Length..], bits[^field.Length..]);
    }

    private static void Set(ref FlowItem item, FlowField field, ReadOnlySpan<byte> value, ReadOnlySpan<byte> mask)
    {
        Require(item.Type == field.Item && value.Length == field.Length);
        item.Size = (uint)FlowField.SizeOf(item.Type);
        for (int i = 0; i < field.Length; i++)
        {
            byte bits = mask.IsEmpty ? (byte)0xff : mask[i];
            item.Spec[field.Offset + i] = (byte)(value[i] & bits);
            item.Mask[field.Offset + i] = bits;
        }
    }

    private static void Require(bool holds)
    {
        if (!holds)
        {
            throw new InvalidOperationException("a flow rule has at most 8 items, 4 added headers and 8 actions, and a field belongs to the item begun last");
        }
    }

    /// <summary>Numbers of queues.</summary>
    [InlineArray(MostQueues)]
    public struct QueueList
    {
        private ushort _first;
    }

    /// <summary>Items of a pattern.</summary>
    [InlineArray(MostItems)]
    public struct ItemList
    {
        private FlowItem _first;
    }

    /// <summary>Items of added headers.</summary>
    [InlineArray(MostTunnelItems)]
    public struct TunnelItemList
    {
        private FlowItem _first;
    }

    /// <summary>Actions.</summary>
    [InlineArray(MostActions)]
    public struct ActionList
    {
        private FlowAction _first;
    }
}
