using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NvgreGateway.Dpdk;

/// <summary>
/// The packet buffer of DPDK (<c>struct rte_mbuf</c>), seen in place: only ever used through a pointer to native memory, never copied.
/// Numbers are in host order unless a member says otherwise. The offsets below are the only place where C# states them;
/// <see cref="MbufLayout.Verify()"/> compares them with what the compiler of the native shim saw.
/// </summary>
/// <remarks>
/// Members touch nothing but the struct and its data room, so that they work on memory that no DPDK made (replay, tests).
/// Taking and returning buffers is the business of <see cref="MbufPool"/>.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = SizeOf)]
public unsafe struct Mbuf
{
    /// <summary>Bytes of the header: two cache lines.</summary>
    public const int SizeOf = 128;

    /// <summary>Bytes free before the data of a fresh buffer (<c>RTE_PKTMBUF_HEADROOM</c>).</summary>
    public const int DefaultHeadroom = 128;

    /// <summary>Value of <see cref="Port"/> in a buffer that came from no port (<c>RTE_MBUF_PORT_INVALID</c>).</summary>
    public const ushort NoPort = ushort.MaxValue;

    /// <summary>Where in <c>struct rte_mbuf_ext_shared_info</c> its count stands, behind two pointers.</summary>
    internal const int ExternalCount = 16;

    /// <summary>Start of the data room, headroom included.</summary>
    [FieldOffset(0)] public byte* BufAddr;

    /// <summary>The same start as the device sees it.</summary>
    [FieldOffset(8)] public ulong BufIova;

    /// <summary>The eight bytes that hold <see cref="DataOff"/>, <see cref="Refcnt"/>, <see cref="NbSegs"/> and <see cref="Port"/>, for one store.</summary>
    [FieldOffset(16)] public ulong RearmData;

    /// <summary>Bytes from <see cref="BufAddr"/> to the first byte of data.</summary>
    [FieldOffset(16)] public ushort DataOff;

    /// <summary>How many hold this header. Changed by several threads at once for shared buffers: only <see cref="Hold"/> and <see cref="LetGo"/> write it.</summary>
    [FieldOffset(18)] public ushort Refcnt;

    /// <summary>Segments of the packet; valid in its first segment.</summary>
    [FieldOffset(20)] public ushort NbSegs;

    /// <summary>Port that received the packet, or <see cref="NoPort"/>.</summary>
    [FieldOffset(22)] public ushort Port;

    /// <summary>What the device said about the packet, or is asked to do with it.</summary>
    [FieldOffset(24)] public MbufFlags OlFlags;

    /// <summary>What the device saw in the packet, as <c>RTE_PTYPE_*</c>; 0 is unknown.</summary>
    [FieldOffset(32)] public uint PacketType;

    /// <summary>Bytes of the whole packet, all segments.</summary>
    [FieldOffset(36)] public uint PktLen;

    /// <summary>Bytes of data in this segment.</summary>
    [FieldOffset(40)] public ushort DataLen;

    /// <summary>Tag that the device removed (<see cref="MbufFlags.RxVlanStripped"/>) or is to insert (<see cref="MbufFlags.TxVlan"/>).</summary>
    [FieldOffset(42)] public ushort VlanTci;

    /// <summary>Receive-side hash, valid with <see cref="MbufFlags.RxRssHash"/>.</summary>
    [FieldOffset(44)] public uint HashRss;

    /// <summary>Second half of the hash union (<c>hash.fdir.hi</c>), valid with the flow-director flags.</summary>
    [FieldOffset(48)] public uint HashHigh;

    /// <summary>Outer tag, valid with the QinQ flags.</summary>
    [FieldOffset(52)] public ushort VlanTciOuter;

    /// <summary>Bytes of the data room from <see cref="BufAddr"/>, headroom included.</summary>
    [FieldOffset(54)] public ushort BufLen;

    /// <summary>The <c>rte_mempool</c> that the buffer returns to.</summary>
    [FieldOffset(56)] public void* Pool;

    /// <summary>Next segment of the packet, or null.</summary>
    [FieldOffset(64)] public Mbuf* Next;

    /// <summary>Header lengths for transmit offloads, packed by <see cref="PackTxOffload"/>.</summary>
    [FieldOffset(72)] public ulong TxOffload;

    /// <summary>Shared data of an external buffer, or null.</summary>
    [FieldOffset(80)] public void* ShInfo;

    /// <summary>Bytes of application data between this header and the data room.</summary>
    [FieldOffset(88)] public ushort PrivSize;

    /// <summary>IEEE 1588 flags.</summary>
    [FieldOffset(90)] public ushort TimeSync;

    /// <summary>Nine words that DPDK libraries register at run time; left alone here.</summary>
    [FieldOffset(92)] public fixed uint DynField[9];

    /// <summary>Segment size in <see cref="TxOffload"/> (<c>tso_segsz</c>): on receipt that of what the device joined, to send that to cut into; bytes.</summary>
    public readonly ushort SegmentSize
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (ushort)(TxOffload >> 24);
    }

    /// <summary>First field of <see cref="TxOffload"/> (<c>l2_len</c>), bytes.</summary>
    public readonly uint L2Length => (uint)TxOffload & 0x7F;

    /// <summary>Second field of <see cref="TxOffload"/> (<c>l3_len</c>), bytes.</summary>
    public readonly uint L3Length => (uint)(TxOffload >> 7) & 0x1FF;

    /// <summary>Third field of <see cref="TxOffload"/> (<c>l4_len</c>), bytes.</summary>
    public readonly uint L4Length => (uint)(TxOffload >> 16) & 0xFF;

    /// <summary><c>outer_l3_len</c> of <see cref="TxOffload"/>, bytes.</summary>
    public readonly uint OuterL3Length => (uint)(TxOffload >> 40) & 0x1FF;

    /// <summary><c>outer_l2_len</c> of <see cref="TxOffload"/>, bytes.</summary>
    public readonly uint OuterL2Length => (uint)(TxOffload >> 49) & 0x7F;

    /// <summary>First byte of data of this segment.</summary>
    public readonly byte* Data
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => BufAddr + DataOff;
    }

    /// <summary>Bytes free before the data.</summary>
    public readonly int Headroom
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => DataOff;
    }

    /// <summary>Bytes free after the data of this segment.</summary>
    public readonly int Tailroom
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => BufLen - DataOff - DataLen;
    }

    /// <summary>Whether nobody else holds the header and its data room belongs to it: then, and only then, the bytes may be changed.</summary>
    public readonly bool IsExclusive
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Refcnt == 1 && (OlFlags & (MbufFlags.Indirect | MbufFlags.External)) == 0;
    }

    /// <summary>
    /// Whether the bytes may be changed: as <see cref="IsExclusive"/>, or the data room is an external one that nobody else holds
    /// (<c>rte_mbuf_ext_refcnt_read</c>).
    /// </summary>
    public readonly bool IsWritable => Refcnt == 1 && (OlFlags & MbufFlags.Indirect) == 0
        && ((OlFlags & MbufFlags.External) == 0 || *(ushort*)((byte*)ShInfo + ExternalCount) == 1);

    /// <summary>Whether the data room belongs to another mbuf: this one is a clone of it.</summary>
    public readonly bool IsClone
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (OlFlags & MbufFlags.Indirect) != 0;
    }

    /// <summary>The mbuf whose data room this clone shows (<c>rte_mbuf_from_indirect</c>): its header stands before the room.</summary>
    public readonly Mbuf* Owner => (Mbuf*)(BufAddr - PrivSize - SizeOf);

    /// <summary>
    /// Moves the start of the packet <paramref name="bytes"/> back into the headroom. The caller has checked
    /// <see cref="Headroom"/> and <see cref="IsExclusive"/>; the new bytes hold whatever was there.
    /// </summary>
    /// <returns>The new first byte.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Prepend(int bytes)
    {
        DataOff = (ushort)(DataOff - bytes);
        DataLen = (ushort)(DataLen + bytes);
        PktLen += (uint)bytes;
        return BufAddr + DataOff;
    }

    /// <summary>Removes <paramref name="bytes"/> from the start of the packet. The caller has checked that the first segment holds them.</summary>
    /// <returns>The new first byte.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Adjust(int bytes)
    {
        DataOff = (ushort)(DataOff + bytes);
        DataLen = (ushort)(DataLen - bytes);
        PktLen -= (uint)bytes;
        return BufAddr + DataOff;
    }

    /// <summary>
    /// Lengthens a packet of one segment at its end. The caller has checked <see cref="Tailroom"/>; the new bytes hold whatever was there.
    /// </summary>
    /// <returns>The first of the new bytes.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Append(int bytes)
    {
        var tail = BufAddr + DataOff + DataLen;
        DataLen = (ushort)(DataLen + bytes);
        PktLen += (uint)bytes;
        return tail;
    }

    /// <summary>Shortens a packet of one segment at its end. The caller has checked <see cref="DataLen"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Trim(int bytes)
    {
        DataLen = (ushort)(DataLen - bytes);
        PktLen -= (uint)bytes;
    }

    /// <summary>
    /// One more holds a segment: it returns to its pool when all of them freed it. The caller holds it itself; its data may no longer be
    /// changed by anyone, nor where it begins and ends.
    /// </summary>
    /// <param name="segment">The segment.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Hold(Mbuf* segment) =>
        Interlocked.Add(ref *(int*)&segment->DataOff, 1 << 16); // the count is the upper half of an aligned word; the lower half stands still

    /// <summary>One less holds a segment, for pools that are not DPDK's. It may be reused only if this was the last.</summary>
    /// <param name="segment">The segment.</param>
    /// <returns>Whether nobody holds it any more.</returns>
    public static bool LetGo(Mbuf* segment) => (uint)Interlocked.Add(ref *(int*)&segment->DataOff, -(1 << 16)) >> 16 == 0;

    /// <summary>
    /// So many more hold the data of a segment, for buffers that are to be attached to it (<see cref="Attach"/>). The caller holds it
    /// itself; its data may no longer be changed by anyone.
    /// </summary>
    /// <param name="segment">The segment: its data room its own, another mbuf's or external.</param>
    /// <param name="times">How many.</param>
    public static void HoldData(Mbuf* segment, uint times)
    {
        if ((segment->OlFlags & MbufFlags.External) != 0)
        {
            // The count is the lower half of an aligned word whose upper half nobody uses but pads the struct.
            Interlocked.Add(ref *(int*)((byte*)segment->ShInfo + ExternalCount), (int)times);
            return;
        }

        Mbuf* owner = (segment->OlFlags & MbufFlags.Indirect) != 0 ? segment->Owner : segment;
        if (owner->Refcnt == 1)
        {
            owner->Refcnt = (ushort)(1 + times); // nobody else holds it, so nobody else changes that
            return;
        }

        Interlocked.Add(ref *(int*)&owner->DataOff, (int)times << 16);
    }

    /// <summary>So many less hold the data of a segment: those of <see cref="HoldData"/> that nothing was attached for. The caller holds it itself.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="times">How many.</param>
    public static void LetGoData(Mbuf* segment, uint times)
    {
        if ((segment->OlFlags & MbufFlags.External) != 0)
        {
            Interlocked.Add(ref *(int*)((byte*)segment->ShInfo + ExternalCount), -(int)times);
            return;
        }

        Mbuf* owner = (segment->OlFlags & MbufFlags.Indirect) != 0 ? segment->Owner : segment;
        Interlocked.Add(ref *(int*)&owner->DataOff, -((int)times << 16));
    }

    /// <summary>
    /// Makes a fresh buffer show bytes of another segment's data instead of its own room (<c>rte_pktmbuf_attach</c>, but for the count: that
    /// is <see cref="HoldData"/>, once for several). Freed, it lets go of them and has its room again.
    /// </summary>
    /// <param name="piece">A buffer fresh from its pool.</param>
    /// <param name="segment">The segment.</param>
    /// <param name="offset">Bytes from the segment's first byte of data.</param>
    /// <param name="length">Bytes, 1 or more; the segment holds them.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Attach(Mbuf* piece, Mbuf* segment, uint offset, uint length)
    {
        piece->BufAddr = segment->BufAddr;
        piece->BufIova = segment->BufIova;
        piece->BufLen = segment->BufLen;
        piece->DataOff = (ushort)(segment->DataOff + offset);
        piece->DataLen = (ushort)length;
        piece->PktLen = length;
        if ((segment->OlFlags & MbufFlags.External) != 0)
        {
            piece->OlFlags = MbufFlags.External;
            piece->ShInfo = segment->ShInfo;
            return;
        }

        piece->OlFlags = MbufFlags.Indirect;
        piece->PrivSize = segment->PrivSize;
    }

    /// <summary>
    /// Puts a header that no pool initialised (replay, tests) into the state of a fresh buffer: empty, one segment, one holder.
    /// </summary>
    /// <param name="mbuf">Header to write; all of it is overwritten.</param>
    /// <param name="room">Data room, at least <see cref="DefaultHeadroom"/> bytes.</param>
    /// <param name="roomLength">Bytes of <paramref name="room"/>.</param>
    public static void Initialise(Mbuf* mbuf, byte* room, ushort roomLength)
    {
        NativeMemory.Clear(mbuf, SizeOf);
        mbuf->BufAddr = room;
        mbuf->BufIova = (ulong)room;
        mbuf->BufLen = roomLength;
        mbuf->DataOff = DefaultHeadroom;
        mbuf->Refcnt = 1;
        mbuf->NbSegs = 1;
        mbuf->Port = NoPort;
    }

    /// <summary>
    /// Packs header lengths for <see cref="TxOffload"/>. For a tunnel <paramref name="l2"/> counts from the end of the outer L3 header
    /// to the start of the inner L3 header. Bytes; a length beyond its field is a caller's error and would spill into its neighbour.
    /// </summary>
    /// <param name="l2">0 to 127.</param>
    /// <param name="l3">0 to 511.</param>
    /// <param name="l4">0 to 255.</param>
    /// <param name="segment">TCP segment size, 0 to 65535.</param>
    /// <param name="outerL3">0 to 511.</param>
    /// <param name="outerL2">0 to 127.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong PackTxOffload(int l2, int l3, int l4 = 0, int segment = 0, int outerL3 = 0, int outerL2 = 0) =>
        (uint)l2 | (ulong)(uint)l3 << 7 | (ulong)(uint)l4 << 16 | (ulong)(uint)segment << 24 | (ulong)(uint)outerL3 << 40 | (ulong)(uint)outerL2 << 49;
}
