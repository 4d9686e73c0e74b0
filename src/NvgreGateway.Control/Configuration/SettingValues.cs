namespace NvgreGateway.Control.Configuration;

/// <summary>The values that were read for one object, on the way to its record.</summary>
internal sealed class SettingValues(int count, ReadContext context)
{
    private readonly object?[] values = new object?[count];

    public ReadContext Context => context;

    public object? this[int slot]
    {
        get => values[slot];
        set => values[slot] = value;
    }

    public T Get<TOwner, T>(Setting<TOwner, T> setting) => (T)values[setting.Slot]!;
}
