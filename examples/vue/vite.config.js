import vue from '@vitejs/plugin-vue';

const isCustomElement = (tag) => tag.startsWith('license-');

export default { plugins: [vue({ template: { compilerOptions: { isCustomElement } } })] };
