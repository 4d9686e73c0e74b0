using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NvgreGateway.Packets;

/// <summary>A four-byte VLAN tag as it lies behind the MACs: TPID, then the tag control information.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1, Size = Size)]
public struct VlanTag
{
    /// <summary>Length in bytes.</summary>
    public const int Size = 4;

    /// <summary>Mask of the VLAN id in the tag control information.</summary>
    public const ushort VidMask = 0x0FFF;

    /// <summary>Drop eligible indicator in the tag control information.</summary>
    public const ushort DropEligible = 0x1000;

    /// <summary>How far the priority code point lies from bit 0 of the tag control information.</summary>
    public const int PriorityShift = 13;

    /// <summary>Lowest VID of a VLAN; 0 marks a tag that carries a priority only.</summary>
    public const ushort MinVid = 1;

    /// <summary>Highest VID of a VLAN; 4095 is reserved.</summary>
    public const ushort MaxVid = 4094;

    /// <summary>Tag protocol identifier; see <see cref="EtherType.IsTag"/>.</summary>
    public UInt16BigEndian Tpid;

    /// <summary>Priority (3 bits), drop eligible (1), VLAN id (12).</summary>
    public UInt16BigEndian Tci;

    /// <summary>Builds tag control information.</summary>
    /// <param name="vid">VLAN id, 12 bits.</param>
    /// <param name="priority">Priority code point, 3 bits.</param>
    /// <returns>The number with the drop eligible bit clear.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort MakeTci(uint vid, uint priority) => (ushort)((priority << PriorityShift) | vid);

    /// <summary>VLAN id of tag control information.</summary>
    /// <param name="tci">Host-order number.</param>
    /// <returns>12 bits.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Vid(ushort tci) => tci & (uint)VidMask;

    /// <summary>Priority code point of tag control information.</summary>
    /// <param name="tci">Host-order number.</param>
    /// <returns>3 bits.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Priority(ushort tci) => (uint)tci >> PriorityShift;

    /// <summary>The tag as the four bytes to store behind the MACs.</summary>
    /// <param name="tci">Tag control information.</param>
    /// <returns>TPID 0x8100 and the tag control information.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UInt32BigEndian Word(ushort tci) => UInt32BigEndian.FromHost(((uint)EtherType.Vlan << 16) | tci);

    /// <summary>Inserts an 802.1Q tag into an untagged frame in place; for control packets, not for the hot path.</summary>
    /// <param name="buffer">The frame, with four bytes of room behind it.</param>
    /// <param name="length">Length of the frame, at least 14.</param>
    /// <param name="tci">Tag control information.</param>
    /// <returns>The new length.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The buffer is too short for the tagged frame, or the frame for its header.</exception>
    public static int Insert(Span<byte> buffer, int length, ushort tci)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, EthernetHeader.Size);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, buffer.Length - Size);
        buffer[EthernetHeader.TypeOffset..length].CopyTo(buffer[(EthernetHeader.TypeOffset + Size)..]);
        UInt32BigEndian word = Word(tci);
        MemoryMarshal.Write(buffer[EthernetHeader.TypeOffset..], in word);
        return length + Size;
    }
}
