using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NvgreGateway.Dataplane;

/// <summary>
/// Which worker gets what of a port's packets, in native memory: a redirection table for flows, and the queues of chosen VSIDs and MACs
/// (VMQ). Written before it is given to workers and not changed while any of them goes by it
/// (<see cref="WorkerGroup.GoesBy"/>).
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct SpreadPlan
{
    /// <summary>Entries of the redirection table.</summary>
    public const int Entries = 256;

    /// <summary>Most rules.</summary>
    public const int MaxRules = 2048;

    private const uint SlotMask = (2 * MaxRules) - 1;

    /// <summary>1 = flows are spread over all workers by <see cref="Workers"/>, unless the configuration forbids it.</summary>
    public uint Spreads;

    /// <summary>Rules.</summary>
    public uint Rules;

    /// <summary>Of those, the ones that no device carries out.</summary>
    public uint SoftwareRules;

    private readonly uint _pad;

    /// <summary>The redirection table: a worker for each value of a flow's hash (<see cref="Packets.SpreadHash.Entry"/>).</summary>
    public fixed byte Workers[Entries];

    private fixed ulong _rules[4 * MaxRules];

    /// <summary>Makes a plan that does nothing; freed by <see cref="NativeMemory.AlignedFree"/>.</summary>
    /// <returns>The plan.</returns>
    public static SpreadPlan* Create()
    {
        var plan = (SpreadPlan*)NativeMemory.AlignedAlloc((nuint)sizeof(SpreadPlan), 128);
        NativeMemory.Clear(plan, (nuint)sizeof(SpreadPlan));
        return plan;
    }

    /// <summary>Fills a redirection table so that each worker has as many entries as any other, give or take one.</summary>
    /// <param name="table"><see cref="Entries"/> entries.</param>
    /// <param name="workers">Workers, 1 or more.</param>
    public static void Even(byte* table, int workers)
    {
        for (int i = 0; i < Entries; i++)
        {
            table[i] = (byte)(i * workers / Entries);
        }
    }

    /// <summary>Takes all rules out.</summary>
    /// <param name="plan">The plan.</param>
    public static void Clear(SpreadPlan* plan)
    {
        plan->Rules = plan->SoftwareRules = 0;
        NativeMemory.Clear(plan->_rules, 4 * MaxRules * sizeof(ulong));
    }

    /// <summary>Adds a rule, or replaces the one of the same key; beyond <see cref="MaxRules"/> nothing.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="key">What it is about.</param>
    /// <param name="workers">A bit for each worker that the packets go to, spread by flow where there are several; not 0.</param>
    /// <param name="inHardware">Whether the device sends them to the queues of these workers, where they stay.</param>
    public static void Add(SpreadPlan* plan, SpreadKey key, ulong workers, bool inHardware)
    {
        if (plan->Rules == MaxRules)
        {
            return;
        }

        var slots = (SpreadRule*)plan->_rules;
        uint at = key.Hash & SlotMask;
        while (slots[at].Key != 0 && !slots[at].Is(key))
        {
            at = (at + 1) & SlotMask;
        }

        bool is0 = slots[at].Key == 0, was = !is0 && !slots[at].InHardware;
        slots[at] = new SpreadRule(key, workers, inHardware);
        plan->Rules += is0 ? 1u : 0;
        plan->SoftwareRules += (inHardware ? 0u : 1) - (was ? 1u : 0);
    }

    /// <summary>What a worker goes by: a plan, and in its lowest bit whether it spreads; 0 = packets stay with who received them.</summary>
    /// <param name="plan">The plan that the port has, or null.</param>
    /// <param name="maySpread">Whether the configuration allows that it spreads.</param>
    /// <returns>The word.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static nint InForce(SpreadPlan* plan, bool maySpread) =>
        plan == null ? 0 : maySpread && plan->Spreads != 0 ? (nint)plan | 1 : plan->SoftwareRules != 0 ? (nint)plan : 0;

    /// <summary>The plan of such a word.</summary>
    /// <param name="inForce">The word.</param>
    /// <returns>The plan, or null.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static SpreadPlan* Of(nint inForce) => (SpreadPlan*)(inForce & ~1);

    /// <summary>The rule for a key.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="key">The key.</param>
    /// <returns>The rule, or null.</returns>
    internal static SpreadRule* Find(SpreadPlan* plan, SpreadKey key)
    {
        var slots = (SpreadRule*)plan->_rules;
        for (uint at = key.Hash & SlotMask; slots[at].Key != 0; at = (at + 1) & SlotMask)
        {
            if (slots[at].Is(key))
            {
                return slots + at;
            }
        }

        return null;
    }
}
