using System.Runtime.CompilerServices;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// Fragments an inner IPv4 packet with DF=0 (RFC 791 section 3.2, B-067): offsets in multiples of eight, options in later fragments by
/// their copy bit, a packet that is a fragment already is cut further. Each fragment is a tenant frame of its own with the flow hash
/// of fragments. Outcomes per fragment: those of the way out; <c>drop.mbuf.nomem</c>.
/// </summary>
internal static unsafe class FragmentStage
{
    private const byte EndOfOptions = 0;
    private const byte NoOperation = 1;
    private const byte CopyBit = 0x80;

    /// <summary>Makes and sends the fragments; the packet itself stays the caller's.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="m">The packet: exactly the untagged tenant frame, its headers linear.</param>
    /// <param name="k">What pass 1 found out.</param>
    /// <param name="longest">Longest tenant frame that the way takes.</param>
    /// <param name="priority">PCP and DEI of tags.</param>
    /// <param name="to">Where to: attachment or peer id with <see cref="Place.Peer"/>.</param>
    /// <param name="from">Port it came in on.</param>
    /// <param name="record">Account of the fragments.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Run(WorkerContext* w, Mbuf* m, Work* k, uint longest, uint priority, uint to, uint from, CopyRecord* record)
    {
        byte* ip = m->Data + EthernetHeader.Size;
        if (OffloadRequest.Is(m))
        {
            ChecksumTwin.Complete(m, EthernetHeader.Size); // a fragment has no sum of its own
        }

        uint header = (*ip & 0xFu) * 4, payload = Wire.Big16(ip + 2) - header;
        uint field = Wire.Big16(ip + 6), offset = field & Ipv4Header.OffsetMask;

        // A header checksum that is wrong stays wrong by the same amount (B-083): the sum of a right header is 0xFFFF.
        ulong error = (ushort)~InternetChecksum.Finish(InternetChecksum.Add(0, ip, header)).Raw;
        error = error == 0xFFFF ? 0 : error;

        byte* later = stackalloc byte[Ipv4Header.MaxSize];
        uint laterHeader = CopiedHeader(ip, header, later);
        var source = new ChainCursor(m, EthernetHeader.Size + header);
        for (uint done = 0; done < payload;)
        {
            byte* head = done == 0 ? ip : later;
            uint headLength = done == 0 ? header : laterHeader;
            uint room = longest - EthernetHeader.Size - headLength, part = Math.Min(payload - done, room);
            bool last = part == payload - done;
            part = last ? part : part & ~7u;
            Interlocked.Increment(ref record->Pending);
            Mbuf* made = FrameParts.Make(w, m, EthernetHeader.Size, head, headLength, ref source, part);
            if (made == null)
            {
                Accounting.LoseCopy(w, record, DropReason.MbufNomem);
            }
            else
            {
                byte* at = made->Data + EthernetHeader.Size;
                uint more = last ? field & Ipv4Header.MoreFragments : Ipv4Header.MoreFragments;
                Wire.StoreBig16(at + 2, headLength + part);
                Wire.StoreBig16(at + 6, more | (offset + (done / 8)));
                Wire.StoreBig16(at + 10, 0);
                ulong sum = InternetChecksum.Add(0, at, headLength);
                ushort right = InternetChecksum.Finish(sum).Raw;
                // Fold the error in only where there is one: 0xFFFF and 0 are the same number, but not the same bytes.
                Unsafe.WriteUnaligned(at + 10, error == 0 ? right : (ushort)~InternetChecksum.Finish(right + error).Raw);
                Work f = *k;
                f.Packet = made;
                f.Length = EthernetHeader.Size + headLength + part;
                f.Crc = FlowHash.Classify(made->Data, at, (uint)made->DataLen - EthernetHeader.Size).Crc;
                SizeStage.Leave(w, made, made->Data, Wire.Load64(made->Data), Wire.Load32(made->Data + 8), priority, &f, to, from, record);
            }

            done += part;
        }
    }

    // The header of the fragments behind the first: options with their copy bit, padded with ends.
    private static uint CopiedHeader(byte* ip, uint header, byte* later)
    {
        Buffer.MemoryCopy(ip, later, Ipv4Header.MaxSize, Ipv4Header.Size);
        uint length = Ipv4Header.Size;
        for (uint i = Ipv4Header.Size; i < header && ip[i] != EndOfOptions;)
        {
            if (ip[i] == NoOperation)
            {
                i++;
                continue;
            }

            if (i + 1 >= header || ip[i + 1] < 2 || i + ip[i + 1] > header)
            {
                break; // what does not parse cannot be copied
            }

            uint n = ip[i + 1];
            if ((ip[i] & CopyBit) != 0)
            {
                Buffer.MemoryCopy(ip + i, later + length, n, n);
                length += n;
            }

            i += n;
        }

        for (; (length & 3) != 0; length++)
        {
            later[length] = EndOfOptions;
        }

        *later = (byte)(0x40 | (length / 4));
        return length;
    }
}
