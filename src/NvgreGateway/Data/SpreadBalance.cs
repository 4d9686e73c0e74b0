namespace NvgreGateway.Data;

/// <summary>
/// Gives workers that have time the flows of those that have not. The worker that receives for all has less time to forward than the
/// others; how much less depends on the device and on what is done to the packets, so it is measured and not computed.
/// </summary>
internal static unsafe class SpreadBalance
{
    // A worker that is busy for less of its time loses nothing, whatever the others do; and what two workers differ by no more than this
    // is not worth a pause of the ports.
    private const double Pressed = 0.9, Uneven = 0.1;

    // Of what would make two workers equal: a port that held packets back gives more when they go faster, so that all would be too much.
    private const double Step = 0.4;

    /// <summary>Changes a redirection table.</summary>
    /// <param name="table">The table: a worker for each entry.</param>
    /// <param name="loads">Packets of each entry in an interval.</param>
    /// <param name="busy">Of each worker, which part of the interval it was busy, or had to be for all that was offered to it: 0 to 1, and more; changed to what is expected.</param>
    /// <param name="cycles">Clock cycles of the interval.</param>
    /// <returns>How many entries have another worker now.</returns>
    internal static int Run(Span<byte> table, ReadOnlySpan<uint> loads, Span<double> busy, double cycles)
    {
        int moved = 0;
        for (int round = 0; round < busy.Length; round++)
        {
            int hot = 0, cold = 0;
            for (int i = 1; i < busy.Length; i++)
            {
                hot = busy[i] > busy[hot] ? i : hot;
                cold = busy[i] < busy[cold] ? i : cold;
            }

            double gap = busy[hot] - busy[cold];
            if (busy[hot] < Pressed || gap < Uneven)
            {
                break;
            }

            // What a packet costs who forwards it: too much where the worker receives for others too, so the lesser of both.
            double cost = Math.Min(Cost(table, loads, busy[hot] * cycles, hot), Cost(table, loads, busy[cold] * cycles, cold));
            double wanted = gap * Step * cycles / cost;
            int now = Move(table, loads, hot, cold, wanted, out double taken);
            if (now == 0)
            {
                break;
            }

            moved += now;
            busy[hot] -= taken * cost / cycles;
            busy[cold] += taken * cost / cycles;
        }

        return moved;
    }

    private static double Cost(ReadOnlySpan<byte> table, ReadOnlySpan<uint> loads, double cycles, int worker)
    {
        double packets = 0;
        for (int i = 0; i < table.Length; i++)
        {
            packets += table[i] == worker ? loads[i] : 0;
        }

        return packets == 0 ? double.MaxValue : Math.Max(1, cycles / packets);
    }

    // An entry that alone is more than what is wanted stays: it would only change places with the trouble.
    private static int Move(Span<byte> table, ReadOnlySpan<uint> loads, int from, int to, double wanted, out double taken)
    {
        int moved = 0;
        taken = 0;
        for (int i = 0; i < table.Length; i++)
        {
            if (table[i] == from && loads[i] != 0 && taken + loads[i] <= wanted)
            {
                table[i] = (byte)to;
                taken += loads[i];
                moved++;
            }
        }

        return moved;
    }
}
