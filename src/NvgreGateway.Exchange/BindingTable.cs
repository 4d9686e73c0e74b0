using System.Numerics;

namespace NvgreGateway.Exchange;

/// <summary>
/// Tenants' addresses and the MACs that answer for them (E-050): control writes, workers look up when a tenant asks by ARP or ND in a
/// segment that does not simply forward. Open addressing; a counter in front is odd while control changes anything, and a reader that
/// sees it move looks again.
/// </summary>
public readonly unsafe struct BindingTable
{
    /// <summary>Bytes in front of the entries.</summary>
    public const ulong HeadBytes = 64;

    // A writer that died in the middle leaves an odd count until the next control process begins: nothing is known then.
    private const int Tries = 64;

    private readonly ulong* _sequence;
    private readonly BindingEntry* _entries;
    private readonly uint _mask;

    /// <summary>Makes a view.</summary>
    /// <param name="memory">First byte of the region, 64-byte aligned.</param>
    /// <param name="entries">Number of entries, a power of two.</param>
    public BindingTable(byte* memory, uint entries)
    {
        _sequence = (ulong*)memory;
        _entries = (BindingEntry*)(memory + HeadBytes);
        _mask = entries - 1;
    }

    /// <summary>Entries that it may hold: half of its places.</summary>
    public int Capacity => (int)((_mask + 1) / 2);

    /// <summary>Looks an address up. Any thread.</summary>
    /// <param name="segment">Segment id.</param>
    /// <param name="family">4 or 6.</param>
    /// <param name="high">As <see cref="BindingEntry.High"/>.</param>
    /// <param name="low">As <see cref="BindingEntry.Low"/>.</param>
    /// <returns>The MAC, or 0 when nobody is known to have the address.</returns>
    public ulong Find(uint segment, uint family, ulong high, ulong low) => TryFind(segment, family, high, low, out ulong mac) ? mac : 0;

    /// <summary>Looks an address up. Any thread.</summary>
    /// <param name="segment">Segment id.</param>
    /// <param name="family">4 or 6.</param>
    /// <param name="high">As <see cref="BindingEntry.High"/>.</param>
    /// <param name="low">As <see cref="BindingEntry.Low"/>.</param>
    /// <param name="mac">The MAC, or 0 when nobody is known to have the address.</param>
    /// <returns>False when the table cannot be read now, since it is being changed.</returns>
    public bool TryFind(uint segment, uint family, ulong high, ulong low, out ulong mac)
    {
        for (int i = 0; i < Tries; i++)
        {
            ulong before = Volatile.Read(ref *_sequence);
            if ((before & 1) != 0)
            {
                continue;
            }

            mac = _entries[IndexOf(segment, family, high, low)].Mac;
            Thread.MemoryBarrier();
            if (before == Volatile.Read(ref *_sequence))
            {
                return true;
            }
        }

        mac = 0;
        return false;
    }

    /// <summary>All entries. The writer only.</summary>
    /// <returns>A copy; empty when a former writer died while it wrote.</returns>
    public IReadOnlyList<BindingEntry> All()
    {
        var all = new List<BindingEntry>();
        for (uint i = 0; i <= _mask && (*_sequence & 1) == 0; i++)
        {
            if (_entries[i].Mac != 0)
            {
                all.Add(_entries[i]);
            }
        }

        return all;
    }

    /// <summary>Writes an address, new or not. The writer only; at most <see cref="Capacity"/> addresses.</summary>
    /// <param name="entry">The entry; its MAC is not 0.</param>
    public void Set(in BindingEntry entry)
    {
        Begin();
        _entries[IndexOf(entry.Segment, entry.Family, entry.High, entry.Low)] = entry;
        End();
    }

    /// <summary>Removes an address, if it is there. The writer only.</summary>
    /// <param name="segment">Segment id.</param>
    /// <param name="family">4 or 6.</param>
    /// <param name="high">As <see cref="BindingEntry.High"/>.</param>
    /// <param name="low">As <see cref="BindingEntry.Low"/>.</param>
    public void Remove(uint segment, uint family, ulong high, ulong low)
    {
        uint hole = IndexOf(segment, family, high, low);
        if (_entries[hole].Mac == 0)
        {
            return;
        }

        // What stands behind moves up where that does not take it before its home, so that no search ends too early.
        Begin();
        for (uint i = (hole + 1) & _mask; _entries[i].Mac != 0; i = (i + 1) & _mask)
        {
            BindingEntry e = _entries[i];
            uint home = Hash(e.Segment, e.Family, e.High, e.Low) & _mask;
            if (((i - home) & _mask) >= ((i - hole) & _mask))
            {
                _entries[hole] = e;
                hole = i;
            }
        }

        _entries[hole] = default;
        End();
    }

    /// <summary>Empties the table, whatever a former writer left in it. The writer only.</summary>
    public void Clear()
    {
        Volatile.Write(ref *_sequence, *_sequence | 1);
        Thread.MemoryBarrier();
        for (uint i = 0; i <= _mask; i++)
        {
            if (_entries[i].Mac != 0) // an untouched page stays one
            {
                _entries[i] = default;
            }
        }

        End();
    }

    private static uint Hash(uint segment, uint family, ulong high, ulong low) =>
        BitOperations.Crc32C(BitOperations.Crc32C(BitOperations.Crc32C(family, segment), high), low);

    // Where it stands, or where it would.
    private uint IndexOf(uint segment, uint family, ulong high, ulong low)
    {
        uint at = Hash(segment, family, high, low) & _mask;
        for (uint steps = 0; steps <= _mask; steps++, at = (at + 1) & _mask)
        {
            BindingEntry* e = _entries + at;
            if (e->Mac == 0 || (e->Segment == segment && e->Family == family && e->High == high && e->Low == low))
            {
                break;
            }
        }

        return at;
    }

    private void Begin()
    {
        Volatile.Write(ref *_sequence, *_sequence + 1);
        Thread.MemoryBarrier();
    }

    private void End() => Volatile.Write(ref *_sequence, *_sequence + 1);
}
