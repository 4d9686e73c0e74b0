namespace NvgreGateway.Exchange;

/// <summary>The rules that are wanted of the ports' hardware: a head and slots that control fills and the housekeeping thread carries out.</summary>
public readonly unsafe struct FlowTable
{
    /// <summary>Slots in the table.</summary>
    public const int Capacity = 2048;

    private readonly byte* _memory;

    /// <summary>Makes a view.</summary>
    /// <param name="memory">First byte of the region, 64-byte aligned.</param>
    public FlowTable(byte* memory) => _memory = memory;

    /// <summary>Bytes of the region.</summary>
    public static ulong Bytes => 64 + (Capacity * (ulong)sizeof(FlowSlot));

    /// <summary>Slots from here on were never used; written by control.</summary>
    public ref uint Used => ref *(uint*)_memory;

    /// <summary>A slot.</summary>
    /// <param name="index">Below <see cref="Capacity"/>.</param>
    /// <returns>It.</returns>
    public FlowSlot* this[int index] => (FlowSlot*)(_memory + 64) + index;

    /// <summary>What control says of a rule.</summary>
    /// <param name="slot">The slot.</param>
    /// <returns>Its bytes: equal for two slots that describe the same rule.</returns>
    public static Span<byte> Description(FlowSlot* slot) => new(&slot->Kind, FlowSlot.DescriptionBytes);
}
