using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// Lowers the MSS that a TCP SYN or SYN-ACK announces to what the tunnel carries (B-072, B-073; W-05 to W-06). It never raises it and
/// never adds the option; fragments and option lists that do not parse stay as they are. Outcome: the frame, changed or not.
/// </summary>
internal static unsafe class MssClamp
{
    private const byte EndOfOptions = 0;
    private const byte NoOperation = 1;
    private const byte MaximumSegmentSize = 2;
    private const uint OptionLength = 4;
    private const int FlagsOffset = 13;

    /// <summary>
    /// Whether a frame may be a SYN, from one byte of its TCP header; what carries IPv6 extension headers is always looked at. So is
    /// ARP and ND, for <see cref="TenantNeighborStage"/>.
    /// </summary>
    /// <param name="l3">First byte behind the EtherType.</param>
    /// <param name="linear">Bytes from there that may be read.</param>
    /// <param name="family">4 or 6 if an IP header parses there, or 0.</param>
    /// <returns>Whether <see cref="Apply"/> is to look at it before it leaves.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool MayApply(byte* l3, uint linear, uint family)
    {
        if (family == TenantHeader.Ipv4)
        {
            uint at = ((*l3 & 0xFu) * 4) + FlagsOffset;
            return l3[9] == IpProtocol.Tcp && at < linear && (l3[at] & TcpHeader.Syn) != 0;
        }

        if (family == TenantHeader.Ipv6)
        {
            byte next = l3[6];
            return next == IpProtocol.Tcp
                ? linear > Ipv6Header.Size + FlagsOffset && (l3[Ipv6Header.Size + FlagsOffset] & TcpHeader.Syn) != 0
                : IsExtension(next) || TenantNeighborStage.MayApply(l3, linear, family);
        }

        return TenantNeighborStage.MayApply(l3, linear, family);
    }

    /// <summary>Clamps, if the frame is a SYN with an MSS option that says more.</summary>
    /// <param name="l3">First byte of the inner IP header.</param>
    /// <param name="linear">Bytes from there that may be read and written.</param>
    /// <param name="family">4, 6, or 0 when not IP.</param>
    /// <param name="mtu">Tenant MTU of the peer that it goes to, or came from.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Apply(byte* l3, uint linear, uint family, uint mtu)
    {
        uint at, end, headers;
        if (family == TenantHeader.Ipv4)
        {
            at = (*l3 & 0xFu) * 4;
            end = Math.Min(Wire.Big16(l3 + 2), linear);
            headers = Ipv4Header.Size + TcpHeader.Size;
            if (l3[9] != IpProtocol.Tcp || (Wire.Big16(l3 + 6) & Ipv4Header.FragmentMask) != 0)
            {
                return;
            }
        }
        else if (family == TenantHeader.Ipv6)
        {
            at = Ipv6Header.Size;
            end = Math.Min(Ipv6Header.Size + Wire.Big16(l3 + 4), linear);
            headers = Ipv6Header.Size + TcpHeader.Size;
            byte next = l3[6];
            while (IsExtension(next) && at + 8 <= end)
            {
                next = l3[at];
                at += (l3[at + 1] + 1u) * 8;
            }

            if (next != IpProtocol.Tcp)
            {
                return; // a Fragment header too: also an atomic fragment is one
            }
        }
        else
        {
            return;
        }

        if (at + TcpHeader.Size > end || mtu <= headers)
        {
            return;
        }

        byte* tcp = l3 + at;
        uint length = (uint)(tcp[12] >> 4) * 4;
        if ((tcp[FlagsOffset] & TcpHeader.Syn) == 0 || length < TcpHeader.Size || at + length > end)
        {
            return;
        }

        Lower(tcp, length, mtu - headers);
    }

    // The whole list is read before anything is changed: one fault anywhere in it and the frame stays as it is.
    private static void Lower(byte* tcp, uint length, uint most)
    {
        ulong found = 0;
        for (uint i = TcpHeader.Size; i < length && tcp[i] != EndOfOptions;)
        {
            if (tcp[i] == NoOperation)
            {
                i++;
                continue;
            }

            if (i + 1 >= length || tcp[i + 1] < 2 || i + tcp[i + 1] > length)
            {
                return;
            }

            if (tcp[i] == MaximumSegmentSize)
            {
                if (tcp[i + 1] != OptionLength)
                {
                    return;
                }

                found |= 1ul << (int)i;
            }

            i += tcp[i + 1];
        }

        for (; found != 0; found &= found - 1)
        {
            uint at = (uint)BitOperations.TrailingZeroCount(found) + 2;
            uint mss = Wire.Big16(tcp + at);
            if (mss <= most)
            {
                continue;
            }

            // At an odd offset the value lies across two words of the sum, with its bytes the other way round.
            bool odd = (at & 1) != 0;
            UInt16BigEndian checksum = UInt16BigEndian.Read(tcp + 16);
            checksum = InternetChecksum.Update16(checksum, Word(mss, odd), Word(most, odd));
            Wire.StoreBig16(tcp + at, most);
            Unsafe.WriteUnaligned(tcp + 16, checksum.Raw);
        }
    }

    private static UInt16BigEndian Word(uint value, bool swapped) =>
        UInt16BigEndian.FromHost(swapped ? BinaryPrimitives.ReverseEndianness((ushort)value) : (ushort)value);

    // Those that may stand before a TCP header in a packet that is no fragment.
    private static bool IsExtension(byte next) =>
        next is IpProtocol.HopByHop or IpProtocol.Routing or IpProtocol.DestinationOptions or IpProtocol.Mobility;
}
